// Files on their way into the library. Begun.
/** Send these as new assets. */
export function upload(_files: readonly File[]): void {}

/** Send this as a new version of the asset; the person is asked why first. */
export function replace(_asset: { readonly id: string; readonly title: string }, _file: File): void {}
