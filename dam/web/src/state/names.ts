// People's names by their ids: what the service tells names people by id, and a name may change.
import { signal } from "@preact/signals";
import { api, asked } from "../api/client";

const MOST = 100;
const known = signal<ReadonlyMap<string, string>>(new Map());
const wanted = new Set<string>();

/** The name, or an empty text until it is known. */
export function nameOf(id: string): string {
  const found = known.value.get(id);
  if (found === undefined && !wanted.has(id)) {
    if (wanted.size === 0) queueMicrotask(() => void ask());
    wanted.add(id);
  }
  return found ?? "";
}

async function ask(): Promise<void> {
  const ids = [...wanted].slice(0, MOST);
  try {
    const found = await asked(api.GET("/api/v1/people", { params: { query: { ids: ids.join(",") } } }));
    const names = new Map(found.data.map((each) => [each.id, each.name]));
    known.value = new Map([...known.peek(), ...ids.map((id) => [id, names.get(id) ?? "?"] as const)]);
  } catch {
    // Without a name the rest is shown all the same; it is asked for again by whoever next shows it. That the service
    // can't be reached, or the session has ended, is said by those whose business it is (live, session).
  } finally {
    ids.forEach((id) => wanted.delete(id));
    if (wanted.size > 0) queueMicrotask(() => void ask()); // those that came while these were asked for
  }
}
