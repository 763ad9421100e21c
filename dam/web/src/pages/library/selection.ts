// Which assets are selected. It outlives a change of the view, so that one can gather from several searches.
import { signal } from "@preact/signals";
import type { Asset } from "./results";

/** More are not selected at once: each is changed by a request of its own. */
export const MOST = 500;

export const selected = signal<ReadonlyMap<string, Asset>>(new Map());

/** From where a range reaches. */
let anchor: string | null = null;

export const isSelected = (id: string): boolean => selected.value.has(id);

export function toggle(asset: Asset): void {
  const now = new Map(selected.peek());
  if (!now.delete(asset.id) && now.size < MOST) now.set(asset.id, asset);
  anchor = asset.id;
  selected.value = now;
}

/** Everything from the last one that was selected to this one. */
export function reach(assets: readonly Asset[], to: Asset): void {
  const from = assets.findIndex((each) => each.id === anchor);
  const until = assets.findIndex((each) => each.id === to.id);
  if (from < 0 || until < 0) return toggle(to);
  add(assets.slice(Math.min(from, until), Math.max(from, until) + 1));
}

export function add(assets: readonly Asset[]): void {
  const now = new Map(selected.peek());
  for (const asset of assets) if (now.size < MOST || now.has(asset.id)) now.set(asset.id, asset);
  selected.value = now;
}

/** What is selected, as it is now. */
export function refresh(assets: readonly Asset[]): void {
  const now = selected.peek();
  if (now.size === 0) return;
  const changed = assets.filter((each) => now.has(each.id) && now.get(each.id) !== each);
  if (changed.length > 0) selected.value = new Map([...now, ...changed.map((each) => [each.id, each] as const)]);
}

export function drop(ids: Iterable<string>): void {
  const now = new Map(selected.peek());
  for (const id of ids) now.delete(id);
  selected.value = now;
}

export function clear(): void {
  anchor = null;
  selected.value = new Map();
}
