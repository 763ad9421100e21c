import { expect, test } from "vitest";
import { differing } from "./pixels";

const pixels = (...values: number[]): Uint8ClampedArray => new Uint8ClampedArray(values);

test("the share of pixels that differ to the eye", () => {
  expect(differing(pixels(0, 0, 0, 255, 9, 9, 9, 255), pixels(0, 0, 0, 255, 9, 9, 9, 255))).toBe(0);
  expect(differing(pixels(0, 0, 0, 255, 9, 9, 9, 255), pixels(5, 5, 5, 255, 9, 200, 9, 255))).toBe(0.5);
  expect(differing(pixels(0, 0, 0, 255), pixels(0, 0, 0, 0))).toBe(1);
  expect(differing(pixels(), pixels())).toBe(0);
});
