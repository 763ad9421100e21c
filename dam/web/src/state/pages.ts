// A list of the service's that is shown page after page, from its cursors: as many pages as somebody asked for, also when
// it is asked for anew. Must not: ask for more than somebody wants.
import { useRef } from "preact/hooks";
import { useResource } from "./resource";
import type { Event } from "./live";

export interface Page<T> {
  readonly data: readonly T[];
  readonly next: string | null;
}

export interface Pages<T> {
  readonly rows: readonly T[];
  readonly error: unknown;
  readonly loading: boolean;
  /** Asks for the next page; null where there is none. */
  readonly more: (() => Promise<void>) | null;
  reload(): Promise<void>;
}

type Load<T> = (cursor: string | undefined, signal?: AbortSignal) => Promise<Page<T>>;

/** Up to so many pages, behind those that are known. */
export async function pagesOf<T>(load: Load<T>, wanted: number, known: readonly Page<T>[], signal?: AbortSignal): Promise<readonly Page<T>[]> {
  const pages = [...known];
  while (pages.length < wanted) {
    const next = pages.length === 0 ? undefined : pages.at(-1)?.next ?? null;
    if (next === null) break;
    pages.push(await load(next, signal));
  }
  return pages;
}

/** `key` says which list it is; `load` asks for the page at a cursor (undefined: the first). */
export function usePages<T>(key: string | null, load: Load<T>, concerns?: (event: Event) => boolean): Pages<T> {
  const wanted = useRef({ key, pages: 1, known: [] as readonly Page<T>[] });
  if (wanted.current.key !== key) wanted.current = { key, pages: 1, known: [] };
  const found = useResource(key, (signal) => {
    const { known, pages } = wanted.current;
    wanted.current.known = []; // whoever asks anew asks for all of it
    return pagesOf(load, pages, known, signal);
  }, concerns);
  const shown = found.data ?? [];
  const more = (): Promise<void> => {
    // From what is shown: a second press asks for the same page. Where it is being asked for anew, all comes with that.
    wanted.current.pages = shown.length + 1;
    wanted.current.known = found.loading ? [] : shown;
    return found.reload();
  };
  return {
    rows: shown.flatMap((page) => page.data),
    error: found.error,
    loading: found.loading,
    more: (shown.at(-1)?.next ?? null) === null ? null : more,
    reload: found.reload,
  };
}
