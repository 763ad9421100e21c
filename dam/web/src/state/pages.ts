// A list of the service's that is shown page after page, from its cursors. Must not: ask for more than somebody wants.
import { useState } from "preact/hooks";
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

/** `key` says which list it is; `load` asks for the page at a cursor (undefined: the first). */
export function usePages<T>(
  key: string | null,
  load: (cursor: string | undefined, signal?: AbortSignal) => Promise<Page<T>>,
  concerns?: (event: Event) => boolean,
): Pages<T> {
  const first = useResource(key, (signal) => load(undefined, signal), concerns);
  const [further, setFurther] = useState<{ from: Page<T> | undefined; pages: readonly Page<T>[]; error?: unknown }>({ from: undefined, pages: [] });
  const mine = further.from === first.data ? further.pages : [];
  const next = (mine.at(-1) ?? first.data)?.next ?? null;
  const more = async (): Promise<void> => {
    if (next === null) return;
    try {
      const page = await load(next);
      setFurther({ from: first.data, pages: [...mine, page] });
    } catch (error) {
      setFurther({ from: first.data, pages: mine, error });
    }
  };
  return {
    rows: [first.data, ...mine].flatMap((page) => page?.data ?? []),
    error: first.error ?? (further.from === first.data ? further.error : undefined),
    loading: first.loading,
    more: next === null ? null : more,
    reload: first.reload,
  };
}
