// What is done when the service is not there, or the session has ended: wait, visibly, and go on.
// Must not: decide what may be asked twice; who calls does.
import { effect } from "@preact/signals";
import { Refusal } from "../../api/client";
import { expired, load, me } from "../session";
import type { Hold } from "./progress";

/** In a row, without a single answer: with the pauses below, about five minutes of a network that says it is there. */
const TRIES = 14;
const LONGEST = 30_000;

const PASSING: ReadonlySet<string> = new Set(["unreachable", "objects_unavailable", "database_unavailable", "request_in_progress"]);

/** May the same request end better a little later? */
export const passes = (error: unknown): boolean =>
  error instanceof Refusal && (PASSING.has(error.code) || [0, 429, 502, 503, 504].includes(error.status)) && error.code !== "too_many_uploads";

/** Milliseconds before try number `attempt` + 1; not the same for everybody. */
export const pause = (attempt: number, chance = Math.random()): number => Math.min(500 * 2 ** attempt, LONGEST) * (0.8 + 0.4 * chance);

/** How somebody who waits says so, and how it is ended. */
export interface Waits {
  held(by: Hold): unknown;
  released(): unknown;
  readonly signal: AbortSignal;
}

/** What `act` gives, however often the network or the session is away meanwhile. Throws what is not going to pass. */
export async function patiently<T>(act: () => Promise<T>, { held, released, signal }: Waits): Promise<T> {
  let renewed = false;
  for (let attempt = 1; ; attempt += 1) {
    signal.throwIfAborted();
    try {
      const found = await act();
      released();
      return found;
    } catch (error) {
      if (error instanceof Refusal && error.status === 401) {
        held("session");
        await signedIn(signal);
        attempt = 0;
      } else if (error instanceof Refusal && error.code === "csrf_failed" && !renewed) {
        renewed = true; // signed in anew in another tab
        await load();
      } else if (passes(error) && attempt < TRIES) {
        held("network");
        if (await awake(pause(attempt), signal)) attempt = 0;
      } else throw error;
    }
  }
}

function signedIn(signal: AbortSignal): Promise<void> {
  return waited(signal, (done) => effect(() => void (me.value && !expired.value && done())));
}

/** Sleeps so long, and for as long as the browser knows that there is no network; true where one has just come back. */
async function awake(milliseconds: number, signal: AbortSignal): Promise<boolean> {
  let back = false;
  await waited(signal, (done) => {
    const timer = navigator.onLine ? setTimeout(done, milliseconds) : undefined;
    const online = (): void => ((back = true), done());
    addEventListener("online", online);
    return () => (clearTimeout(timer), removeEventListener("online", online));
  });
  return back;
}

/** Resolves when `begin`'s argument is called, having undone what `begin` did. Throws AbortError. */
function waited(signal: AbortSignal, begin: (done: () => void) => () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    let over = false;
    const end = (settle: () => void): void => {
      if (over) return;
      over = true;
      signal.removeEventListener("abort", abort);
      queueMicrotask(() => undo());
      settle();
    };
    const abort = (): void => end(() => reject(signal.reason as Error));
    signal.addEventListener("abort", abort);
    const undo = begin(() => end(resolve));
  });
}
