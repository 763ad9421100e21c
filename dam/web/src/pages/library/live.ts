// How a list follows what happens: tiles change where they stand, new ones come in where nobody is looking further down.
import { useEffect, useRef } from "preact/hooks";
import { ofPages, useEvents, useHurry } from "../../state/live";
import type { Results } from "./results";

const GATHER = 250;
const SOONEST = 1000;
const LATEST = 15_000;
const NEWEST = 200;

/** `calm`: whether new ones may be put in without anything moving away under somebody's eyes or fingers. */
export function useLive(results: Results | null, calm: () => boolean): void {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const pause = useRef(SOONEST);
  const current = useRef(results);
  current.current = results;

  const look = async (): Promise<void> => {
    const list = current.current;
    if (!list?.known.peek()) return;
    await list.follow(calm());
    if (list.behind.peek() === 0) return;
    clearTimeout(timer.current);
    timer.current = setTimeout(() => void look(), pause.current);
    pause.current = Math.min(LATEST, pause.current * 1.5);
  };
  useEvents((events) => {
    if (events.every((each) => each.asset_id === null || ofPages(each))) return;
    clearTimeout(timer.current);
    pause.current = SOONEST;
    timer.current = setTimeout(() => void look(), GATHER);
  });
  useEffect(() => {
    if (results?.known.peek() && results.behind.peek() > 0) timer.current = setTimeout(() => void look(), SOONEST);
    return () => clearTimeout(timer.current);
  }, [results]);
  const pending = results?.assets.value.slice(0, NEWEST).some((each) => each.latest?.preview === "pending") ?? false;
  useHurry(pending || (results?.behind.value ?? 0) > 0);
}
