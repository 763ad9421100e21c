// Files on their way into the library. Begun.

/** What is said of every file of one call; the service takes the file's name for a missing title. */
export interface Details {
  readonly title?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly campaigns?: readonly string[];
  readonly fields?: Readonly<Record<string, string>>;
}

/** Send these as new assets; without `details` the person is asked for tags and campaigns in the tray. */
export function upload(_files: readonly File[], _details?: Details): void {}

/** Send this as a new version of the asset; the person is asked why first. */
export function replace(_asset: { readonly id: string; readonly title: string }, _file: File): void {}
