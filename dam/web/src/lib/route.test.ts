import { expect, test } from "vitest";
import { match } from "./route";

test("a pattern names the parts of a path", () => {
  expect(match("/assets/:id/compare/:pair", "/assets/a/compare/1..2")).toEqual({ id: "a", pair: "1..2" });
});

test("another length or word does not fit", () => {
  expect(match("/assets/:id", "/assets")).toBeNull();
  expect(match("/assets/:id", "/rollouts/1")).toBeNull();
});
