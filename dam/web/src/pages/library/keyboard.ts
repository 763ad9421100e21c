// The keys of the library, as `?` lists them, and those that only the grid itself can hear.
import { useMemo, useRef } from "preact/hooks";
import { useKeys, type Shortcut } from "../../lib/keys";
import type { Direction } from "./window";

export interface Acts {
  search(): void;
  move(direction: Direction, reaches?: boolean): void;
  look(): void;
  select(): void;
  open(): void;
  leave(): void;
}

const WAYS: Readonly<Record<string, Direction>> = {
  ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down", Home: "first", End: "last",
};

/** Returns what the grid does with a key that a link would take for itself, or that comes with Shift. */
export function useLibraryKeys(acts: Acts): (event: KeyboardEvent) => void {
  const latest = useRef(acts);
  latest.current = acts;
  const keys = useMemo((): readonly Shortcut[] => [
    { keys: "/", says: "library.key.search", run: () => latest.current.search() },
    { keys: "ArrowLeft", says: "library.key.left", run: () => latest.current.move("left") },
    { keys: "ArrowRight", says: "library.key.right", run: () => latest.current.move("right") },
    { keys: "ArrowUp", says: "library.key.up", run: () => latest.current.move("up") },
    { keys: "ArrowDown", says: "library.key.down", run: () => latest.current.move("down") },
    { keys: "Home", says: "library.key.first", run: () => latest.current.move("first") },
    { keys: "End", says: "library.key.last", run: () => latest.current.move("last") },
    { keys: " ", says: "library.key.look", run: () => latest.current.look() },
    { keys: "x", says: "library.key.select", run: () => latest.current.select() },
    { keys: "Enter", says: "library.key.open", run: () => latest.current.open() },
    { keys: "Escape", says: "library.key.leave", run: () => latest.current.leave() },
  ], []);
  useKeys(keys);
  return (event) => {
    const onLink = (event.target as Element).matches("a");
    const way = WAYS[event.key];
    if (event.metaKey || event.ctrlKey || event.altKey) return;
    if (event.key === " " && onLink) latest.current.look();
    else if (event.shiftKey && way) latest.current.move(way, true);
    else return;
    event.preventDefault();
  };
}
