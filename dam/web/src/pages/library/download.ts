// The approved versions as files, one after the other: the browser asks once whether several may be saved.
import { API } from "../../api/client";
import type { Asset } from "./results";

/** More at once are blocked by some browsers. */
export const AT_ONCE = 20;
const APART = 400;

/** Begin; returns how many files will come. */
export function download(assets: readonly Asset[]): number {
  const first = assets.slice(0, AT_ONCE);
  first.forEach((asset, index) => setTimeout(() => save(asset), index * APART));
  return first.length;
}

function save(asset: Asset): void {
  const link = document.createElement("a");
  link.href = `${API}/assets/${asset.id}/approved/content`;
  link.download = "";
  link.click();
}
