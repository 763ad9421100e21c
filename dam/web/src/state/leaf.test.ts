import { expect, test } from "vitest";
import { pageNamed, pageSize } from "./leaf";

test("the address names a page that there is, or the first one", () => {
  const named = [null, "", "3", "12", "13", "99999", "0", "-1", "1.5", "07", "x", "1e3", "9999999"].map((said) => pageNamed(said, 12));
  expect(named).toEqual([1, 1, 3, 12, 12, 12, 1, 1, 1, 1, 1, 1, 1]);
});

test("a page has its own shape, and the length of the first", () => {
  const first = { width: 800, height: 1200 };
  expect(pageSize(first, undefined)).toEqual(first);
  expect(pageSize(first, { width: null, height: null })).toEqual(first);
  expect(pageSize(first, { width: 1067, height: 1600 }).height).toBe(1200);
  expect(pageSize(first, { width: 1600, height: 400 })).toEqual({ width: 1200, height: 300 });
});
