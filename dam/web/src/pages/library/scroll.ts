// Where on the page one was, kept with the entry of the browser's history, so that reload and back lead there again.
const PAUSE = 120;

interface Kept {
  readonly scroll?: number;
}

/** How far down one was when this entry of the history was left; 0 for a new one. */
export const remembered = (): number => (history.state as Kept | null)?.scroll ?? 0;

export function remember(): void {
  const now = Math.round(scrollY);
  if (now !== remembered()) history.replaceState({ ...(history.state as Kept | null), scroll: now }, "");
}

/** The present entry shows something else now: from the top. */
export const afresh = (): void => history.replaceState({ ...(history.state as Kept | null), scroll: 0 }, "");

/** Keep it up to date until the returned function is called: at rest, and before anything that may lead away. */
export function keep(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const later = (): void => {
    clearTimeout(timer);
    timer = setTimeout(remember, PAUSE);
  };
  const was = history.scrollRestoration;
  history.scrollRestoration = "manual";
  addEventListener("scroll", later, { passive: true });
  addEventListener("pagehide", remember);
  document.addEventListener("click", remember, true);
  return () => {
    clearTimeout(timer);
    history.scrollRestoration = was;
    removeEventListener("scroll", later);
    removeEventListener("pagehide", remember);
    document.removeEventListener("click", remember, true);
  };
}
