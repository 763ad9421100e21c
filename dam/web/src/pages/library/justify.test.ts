import { expect, test } from "vitest";
import { justify, proportion } from "./justify";
import { between, extent, grown, rowOf, step } from "./window";

const FRAME = { width: 1000, rowHeight: 150, gap: 4 };
const MANY = Array.from({ length: 500 }, (_, at) => [0.67, 1, 1.5, 1.78, 0.75, 2.4][at % 6]!);

test("every full row is as wide as the frame, without a gap or an overlap", () => {
  for (const row of justify(MANY, FRAME).slice(0, -1)) {
    const last = row.cells.at(-1)!;
    expect(last.left + last.width).toBe(FRAME.width);
    row.cells.slice(1).forEach((cell, at) => expect(cell.left).toBe(row.cells[at]!.left + row.cells[at]!.width + FRAME.gap));
  }
});

test("pictures keep their proportions and rows are near the height that was asked for", () => {
  for (const row of justify(MANY, FRAME).slice(0, -1)) {
    expect(row.height).toBeGreaterThan(100);
    expect(row.height).toBeLessThan(210);
    for (const cell of row.cells) expect(Math.abs(cell.width / row.height / MANY[cell.index]! - 1)).toBeLessThan(0.05);
  }
});

test("every picture is there once, in its order, and rows stand below each other", () => {
  const rows = justify(MANY, FRAME);
  expect(rows.flatMap((row) => row.cells.map((cell) => cell.index))).toEqual(MANY.map((_, at) => at));
  rows.slice(1).forEach((row, at) => expect(row.top).toBe(rows[at]!.top + rows[at]!.height + FRAME.gap));
});

test("more pictures change no row but the last", () => {
  const before = justify(MANY.slice(0, 200), FRAME);
  expect(justify(MANY, FRAME).slice(0, before.length - 1)).toEqual(before.slice(0, -1));
});

test("a last row that is not full is not blown up; nothing gives nothing; a narrow frame has one in a row", () => {
  expect(justify([1], FRAME)).toEqual([{ top: 0, height: 150, cells: [{ index: 0, left: 0, width: 150 }] }]);
  expect(justify([], FRAME)).toEqual([]);
  expect(justify([3, 3], { ...FRAME, width: 120 }).map((row) => row.cells.length)).toEqual([1, 1]);
});

test("extremes are bounded, and what has no size has a shape", () => {
  expect(proportion(10_000, 10)).toBe(4);
  expect(proportion(10, 10_000)).toBe(0.4);
  expect(proportion(null, 3)).toBeCloseTo(4 / 3);
});

test("only rows that touch the window are drawn", () => {
  const rows = justify(MANY, FRAME);
  const [first, behind] = between(rows, 1000, 2000);
  expect(rows[first - 1]!.top + rows[first - 1]!.height).toBeLessThanOrEqual(1000);
  expect(rows[first]!.top + rows[first]!.height).toBeGreaterThan(1000);
  expect(rows[behind]!.top).toBeGreaterThanOrEqual(2000);
  expect(rows[behind - 1]!.top).toBeLessThan(2000);
  expect(between(rows, extent(rows) + 1, extent(rows) + 2)).toEqual([rows.length, rows.length]);
  expect(between([], 0, 10)).toEqual([0, 0]);
});

test("arrows go in two dimensions and stop at the edges", () => {
  const rows = justify(MANY, FRAME);
  const below = step(rows, 2, "down");
  expect(rowOf(rows, below)).toBe(1);
  expect(step(rows, below, "up")).toBe(2);
  expect([step(rows, 0, "left"), step(rows, 0, "up"), step(rows, 499, "right"), step(rows, 7, "first"), step(rows, 7, "last")])
    .toEqual([0, 0, 499, 0, 499]);
});

test.each([
  ["all at once", [0, 0], 99, [2, 14]],
  ["what is seen first, downwards", [0, 0], 3, [4, 7]],
  ["then below it", [4, 10], 3, [4, 13]],
  ["then above it", [4, 14], 3, [2, 14]],
  ["upwards too what is seen comes first", [10, 20], 3, [7, 14]],
  ["what is left behind goes", [0, 5], 0, [2, 5]],
  ["far away it begins anew", [50, 60], 2, [4, 6]],
  ["nothing more than is near", [2, 14], 3, [2, 14]],
] as const)("rows are drawn a few at a time: %s", (_, drawn, most, next) => {
  expect(grown(drawn, [2, 14], [4, 10], most)).toEqual(next);
});
