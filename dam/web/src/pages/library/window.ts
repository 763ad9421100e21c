// Which rows are near what is being looked at, and where one goes from a picture: pure, on the rows of `justify`.
import type { Row } from "./justify";

/** How high all rows are together. */
export function extent(rows: readonly Row[]): number {
  const last = rows.at(-1);
  return last ? last.top + last.height : 0;
}

/** From the first to behind the last of the rows that touch `from`..`to`. */
export function between(rows: readonly Row[], from: number, to: number): Range {
  const first = search(rows, (row) => row.top + row.height > from);
  const behind = search(rows, (row) => row.top >= to);
  return [first, Math.max(first, behind)];
}

/** From the first to behind the last row. */
export type Range = readonly [number, number];

/** What is drawn next, of what is drawn and what is near: at most so many rows more, those that are seen before others. */
export function grown(drawn: Range, near: Range, seen: Range, most: number): Range {
  let [first, behind] = [Math.max(drawn[0], near[0]), Math.min(drawn[1], near[1])];
  if (first >= behind) first = behind = seen[0];
  let left = most;
  for (const [from, to] of [seen, near]) {
    const below = Math.min(left, Math.max(0, to - behind));
    behind += below;
    const above = Math.min(left - below, Math.max(0, first - from));
    first -= above;
    left -= below + above;
  }
  return [first, behind];
}

/** The row of the picture of this number. */
export const rowOf = (rows: readonly Row[], index: number): number =>
  search(rows, (row) => (row.cells.at(-1)?.index ?? -1) >= index);

function search(rows: readonly Row[], fits: (row: Row) => boolean): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (fits(rows[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}

export type Direction = "left" | "right" | "up" | "down" | "first" | "last";

/** The picture that a step leads to; up and down go to the one whose middle is nearest. */
export function step(rows: readonly Row[], from: number, direction: Direction): number {
  const last = rows.at(-1)?.cells.at(-1)?.index ?? 0;
  switch (direction) {
    case "left": return Math.max(0, from - 1);
    case "right": return Math.min(last, from + 1);
    case "first": return 0;
    case "last": return last;
    default: return beside(rows, from, direction === "up" ? -1 : 1);
  }
}

function beside(rows: readonly Row[], from: number, way: -1 | 1): number {
  const at = rowOf(rows, from);
  const here = rows[at]?.cells.find((cell) => cell.index === from);
  const target = rows[at + way];
  if (!here || !target) return from;
  const middle = here.left + here.width / 2;
  const distance = (cell: Row["cells"][number]): number => Math.abs(cell.left + cell.width / 2 - middle);
  return target.cells.reduce((best, cell) => (distance(cell) < distance(best) ? cell : best)).index;
}
