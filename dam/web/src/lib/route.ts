// Where the person is: the address, as a signal. Everything that a reload must bring back is in it.
// Must not: know any page.
import { signal } from "@preact/signals";

export interface Place {
  readonly path: string;
  readonly query: URLSearchParams;
}

const read = (): Place => ({ path: location.pathname, query: new URLSearchParams(location.search) });

export const place = signal<Place>(read());

/** Go to an address of the client; `replace` where "back" should not return to the present one. */
export function go(to: string, options: { replace?: boolean } = {}): void {
  if (to === location.pathname + location.search) return;
  if (options.replace) history.replaceState(history.state, "", to);
  else history.pushState(null, "", to);
  place.value = read();
}

/** The present path with some of its query changed; null takes a name away. */
export function withQuery(changes: Record<string, string | null>): string {
  const query = new URLSearchParams(place.peek().query);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === "") query.delete(name);
    else query.set(name, value);
  }
  const text = query.toString();
  return place.peek().path + (text ? `?${text}` : "");
}

/** Follow ordinary links within the page, and the browser's own back and forward. */
export function follow(): void {
  addEventListener("popstate", () => (place.value = read()));
  document.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = (event.target as Element).closest?.("a[href]");
    if (!(link instanceof HTMLAnchorElement) || link.target || link.hasAttribute("download")) return;
    if (link.origin !== location.origin || /^\/(api|d|static)\//.test(link.pathname)) return;
    if (link.hash && link.pathname === location.pathname) return;
    event.preventDefault();
    const before = location.pathname;
    go(link.pathname + link.search);
    if (location.pathname !== before) scrollTo(0, 0);
  });
}

export type Params = Readonly<Record<string, string>>;

/** The parts of a path that a pattern such as `/assets/:id` names; null where it does not fit. */
export function match(pattern: string, path: string): Params | null {
  const wanted = pattern.split("/");
  const given = path.split("/");
  if (wanted.length !== given.length) return null;
  const found: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const value = given[index]!;
    if (part.startsWith(":")) found[part.slice(1)] = decodeURIComponent(value);
    else if (part !== value) return null;
  }
  return found;
}
