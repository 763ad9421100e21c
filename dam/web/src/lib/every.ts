// Doing something again and again while a component is there, and nothing while the tab is hidden.
import { useEffect, useRef } from "preact/hooks";

/** Every `pause` milliseconds after the last time was over, as long as `active`. */
export function useEvery(pause: number, active: boolean, act: () => Promise<unknown>): void {
  const latest = useRef(act);
  latest.current = act;
  useEffect(() => {
    if (!active) return;
    let timer: ReturnType<typeof setTimeout>;
    let over = false;
    const again = (): void => {
      timer = setTimeout(() => {
        if (document.hidden) return again();
        void latest.current().catch(() => undefined).then(() => void (over || again()));
      }, pause);
    };
    again();
    return () => ((over = true), clearTimeout(timer));
  }, [active, pause]);
}
