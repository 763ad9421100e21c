// Something of the service's that is being shown: asked for once, shown while it is asked for anew, and asked anew when
// an event concerns it. Must not: outlive the component that shows it.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { useEvents, type Event } from "./live";

export interface Resource<T> {
  readonly data: T | undefined;
  /** Why the last attempt failed; what was there before stays. */
  readonly error: unknown;
  readonly loading: boolean;
  reload(): Promise<void>;
  /** Show this until the service says otherwise: the answer to a change. */
  set(data: T): void;
}

/** `key` says what is asked for; null asks for nothing. `concerns`: which events make it ask anew. */
export function useResource<T>(
  key: string | null,
  load: (signal: AbortSignal) => Promise<T>,
  concerns: (event: Event) => boolean = () => false,
): Resource<T> {
  const [state, setState] = useState<{ key: string | null; data?: T; error?: unknown; loading: boolean }>({ key, loading: key !== null });
  const abort = useRef<AbortController>(null);
  const latest = useRef(load);
  latest.current = load;
  const present = useRef(key);
  present.current = key;

  const reload = useCallback(async (): Promise<void> => {
    if (key === null || key !== present.current) return; // somebody who began under another key says nothing of this one
    abort.current?.abort();
    const mine = new AbortController();
    abort.current = mine;
    setState((now) => ({ ...(now.key === key ? now : {}), key, loading: true }));
    try {
      const data = await latest.current(mine.signal);
      if (!mine.signal.aborted) setState({ key, data, loading: false });
    } catch (error) {
      if (!mine.signal.aborted) setState((now) => ({ ...now, key, error, loading: false }));
    }
  }, [key]);

  useEffect(() => {
    void reload();
    return () => abort.current?.abort();
  }, [reload]);
  useEvents((events) => void (events.some(concerns) && reload()));

  const mine = state.key === key;
  return {
    data: mine ? state.data : undefined,
    error: mine ? state.error : undefined,
    loading: mine ? state.loading : key !== null,
    reload,
    set: (data) => {
      if (key !== present.current) return;
      abort.current?.abort(); // what was asked for before is older than this
      setState({ key, data, loading: false });
    },
  };
}
