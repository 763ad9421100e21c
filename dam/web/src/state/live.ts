// What happens, as it happens: one poll of the events feed for the whole page, each second while something runs, every
// ten seconds otherwise, none while the tab is hidden. Who shows something listens, and asks anew.
import { effect, signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { API, type Schemas } from "../api/client";
import { me } from "./session";

export type Event = Schemas["Event"];
/** About single pages of a document that somebody leafs through: nothing else that is shown changes by it. */
export const ofPages = (event: Event): boolean => event.type.startsWith("page.");

type Listener = (events: readonly Event[]) => void;

const SOON = 1000;
const LATER = 10_000;
const MOST = 200;
const ALL = Number.MAX_SAFE_INTEGER;

/** Whether the last poll was answered. */
export const connected = signal(true);

const listeners = new Set<Listener>();
let hurrying = 0;
let last: number | null = null;
let tag = "";
let timer: ReturnType<typeof setTimeout> | undefined;
let running = false;
/** Somebody asked for news while a poll was under way, whose answer may be older than what was done. */
let again = false;

/** Poll as long as the page lives; asks nothing while nobody is signed in. */
export function begin(): void {
  document.addEventListener("visibilitychange", () => void (document.hidden ? clearTimeout(timer) : poll()));
  // From the moment somebody is known: what happens until the first answer is heard by nobody.
  effect(() => void (me.value && setTimeout(() => void poll())));
}

/** Ask now: something was just begun. */
export const nudge = (): void => void poll();

/** Poll each second as long as the component is there and `runs`. */
export function useHurry(runs: boolean): void {
  useEffect(() => (runs ? hurry() : undefined), [runs]);
}

/** Poll each second until what is returned is called. */
export function hurry(): () => void {
  hurrying += 1;
  void poll();
  return () => void (hurrying -= 1);
}

/** Hear of every event from now on. */
export function useEvents(listener: Listener): void {
  useEffect(() => listen(listener));
}

/** The same for what is no component; what is returned ends it. */
export function listen(listener: Listener): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

async function poll(): Promise<void> {
  clearTimeout(timer);
  if (running) return void (again = true);
  running = true;
  again = false;
  try {
    if (me.peek() && !document.hidden) await ask();
    connected.value = true;
  } catch {
    connected.value = false;
  } finally {
    running = false;
  }
  if (again) return poll();
  if (!document.hidden) timer = setTimeout(() => void poll(), hurrying > 0 ? SOON : LATER);
}

async function ask(): Promise<void> {
  for (;;) {
    const address = `${API}/events?after=${last ?? ALL}&limit=${last === null ? 1 : MOST}`;
    const answer = await fetch(address, {
      headers: tag ? { "If-None-Match": tag } : {},
      cache: "no-store",
      signal: AbortSignal.timeout(LATER),
    });
    if (answer.status === 304 || answer.status === 401) return;
    if (!answer.ok) throw new Error(String(answer.status));
    const found = (await answer.json()) as Schemas["Events"];
    const began = last !== null;
    last = found.next === null ? found.last : Number(found.next);
    tag = found.next === null ? (answer.headers.get("ETag") ?? "") : "";
    if (began && found.data.length > 0) for (const listener of [...listeners]) listener(found.data);
    if (found.next === null) return;
  }
}
