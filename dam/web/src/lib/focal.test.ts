import { expect, test } from "vitest";
import { CENTRE, moved, pressed } from "./focal";

const BOX = { left: 100, top: 50, width: 200, height: 100 };

test("a press is where it was, and never beside the picture", () => {
  expect(pressed({ clientX: 150, clientY: 75 }, BOX)).toEqual({ x: 0.25, y: 0.25 });
  expect(pressed({ clientX: 90, clientY: 500 }, BOX)).toEqual({ x: 0, y: 1 });
});

test("an arrow moves it a little, as far as the picture reaches", () => {
  expect(moved(CENTRE, "ArrowRight")).toEqual({ x: 0.55, y: 0.5 });
  expect(moved({ x: 0.02, y: 1 }, "ArrowLeft")).toEqual({ x: 0, y: 1 });
  expect(moved({ x: 0.5, y: 1 }, "ArrowDown")).toEqual({ x: 0.5, y: 1 });
  expect(moved(CENTRE, "Enter")).toBeNull();
});
