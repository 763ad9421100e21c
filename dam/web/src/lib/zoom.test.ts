import { expect, test } from "vitest";
import { aligned, fit, held, MARGIN, MOST, panned, pinched, zoomed } from "./zoom";

const box = { width: 400, height: 300 };
const room = 400 - 2 * MARGIN;
const large = { width: 1600, height: 600 };

test("what fits is in the middle, and small pictures are not blown up", () => {
  const whole = fit(box, large);
  expect(whole.scale).toBeCloseTo(room / 1600);
  expect(whole.x).toBeCloseTo(MARGIN);
  expect(whole.y).toBeCloseTo((300 - 600 * whole.scale) / 2);
  expect(fit(box, { width: 100, height: 50 })).toEqual({ scale: 1, x: 150, y: 125 });
  expect(fit({ width: 0, height: 0 }, large).scale).toBe(1);
});

test("what is under the pointer stays there", () => {
  const before = { scale: 1, x: -600, y: -150 };
  const at = { x: 100, y: 200 };
  const after = zoomed(before, 2, at, box, large);
  expect(after.scale).toBe(2);
  expect((at.x - after.x) / after.scale).toBeCloseTo((at.x - before.x) / before.scale);
  expect((at.y - after.y) / after.scale).toBeCloseTo((at.y - before.y) / before.scale);
});

test("no smaller than what fits, no larger than the most", () => {
  expect(zoomed(fit(box, large), 0.5, { x: 0, y: 0 }, box, large)).toEqual(fit(box, large));
  expect(zoomed(fit(box, large), 1000, { x: 0, y: 0 }, box, large).scale).toBe(MOST);
});

test("edges stop at the box's", () => {
  const full = { scale: 1, x: -600, y: -150 };
  expect(panned(full, { x: 10_000, y: -10_000 }, box, large)).toEqual({ scale: 1, x: 0, y: -300 });
  expect(held({ scale: 0.25, x: -50, y: 9 }, box, large)).toEqual({ scale: 0.25, x: 0, y: 75 });
});

test("two fingers", () => {
  const found = pinched([{ x: 0, y: 0 }, { x: 10, y: 0 }], [{ x: 0, y: 0 }, { x: 30, y: 0 }]);
  expect(found).toEqual({ factor: 3, at: { x: 15, y: 0 } });
});

test("pictures of different sizes lie on each other", () => {
  expect(aligned([{ width: 800, height: 600 }, { width: 400, height: 300 }])).toEqual({
    frame: { width: 800, height: 600 },
    places: [{ x: 0, y: 0, width: 800, height: 600 }, { x: 0, y: 0, width: 800, height: 600 }],
  });
  const { frame, places } = aligned([{ width: 800, height: 400 }, { width: 400, height: 800 }]);
  expect(frame).toEqual({ width: 800, height: 800 });
  expect(places).toEqual([{ x: 0, y: 200, width: 800, height: 400 }, { x: 200, y: 0, width: 400, height: 800 }]);
});
