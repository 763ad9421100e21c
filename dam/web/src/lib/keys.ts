// Keyboard: single keys and `g` followed by one, listed by `?`. A key typed into a field or with a modifier is not ours.
import { useLayoutEffect } from "preact/hooks";
import { signal } from "@preact/signals";
import type { Key } from "./i18n";

export interface Shortcut {
  /** As `KeyboardEvent.key` names it, or two with a space between: "g l". */
  readonly keys: string;
  readonly says: Key;
  run(): void;
}

const layers = signal<readonly (readonly Shortcut[])[]>([]);

/** All that work at the moment, for the list that `?` shows. */
export const shortcuts = (): readonly Shortcut[] => {
  const seen = new Set<string>();
  return layers.value.toReversed().flat().filter((each) => !seen.has(each.keys) && seen.add(each.keys));
};

/** These work as long as the component is there; those of inner components come first. */
export function useKeys(list: readonly Shortcut[]): void {
  // Before anything is painted: what can be seen can be pressed.
  useLayoutEffect(() => {
    layers.value = [...layers.peek(), list];
    return () => void (layers.value = layers.peek().filter((each) => each !== list));
  });
}

const TYPED = "input:not([type=checkbox], [type=radio], [type=range], [type=button]), textarea, select, [contenteditable]";
const SECOND_KEY_WITHIN = 1200;
let first = { key: "", at: 0 };

export function listen(): void {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey || event.isComposing) return;
    const target = event.target as Element;
    if (target.matches?.(TYPED)) return;
    if ((event.key === "Enter" || event.key === " ") && target.matches?.("a, button, summary, [role=button], [role=option]")) return;
    const open = document.querySelector("dialog[open]");
    const sequence = event.timeStamp - first.at < SECOND_KEY_WITHIN ? `${first.key} ${event.key}` : "";
    const found = open ? undefined : shortcuts().find((each) => each.keys === sequence || each.keys === event.key);
    first = { key: event.key, at: event.timeStamp };
    if (!found) return;
    event.preventDefault();
    first = { key: "", at: 0 };
    found.run();
  });
}
