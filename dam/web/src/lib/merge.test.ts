import { expect, test } from "vitest";
import { mergeNames, mergeText } from "./merge";

test("a text that only one changed needs no choice", () => {
  expect(mergeText("a", "b", "a")).toBe("mine");
  expect(mergeText("a", "b", "b")).toBe("agreed");
  expect(mergeText("a", "a", "a")).toBe("agreed");
});

test("a text that two changed does", () => {
  expect(mergeText("a", "b", "c")).toBe("conflict");
  expect(mergeText("a", "b", "")).toBe("conflict");
});

test("names that two changed are both's", () => {
  expect(mergeNames(["a", "b"], ["a", "b", "mine"], ["a", "b", "theirs"])).toEqual(["a", "b", "theirs", "mine"]);
  expect(mergeNames(["a", "b"], ["b"], ["a", "b", "c"])).toEqual(["b", "c"]);
  expect(mergeNames(["a"], ["a", "x"], ["x"])).toEqual(["x"]);
});
