import { expect, test } from "vitest";
import { Pace } from "./pace";
import { addressOf } from "./parts";
import { Slots } from "./slots";

test("so many at a time, in their order; who gives up makes no room", async () => {
  const slots = new Slots(1);
  const order: string[] = [];
  const open = new AbortController().signal;
  const gone = new AbortController();
  let release = (): void => {};
  const first = slots.with(open, () => new Promise<void>((resolve) => ((release = resolve), order.push("first"))));
  const left = slots.with(gone.signal, async () => void order.push("left")).catch(() => "left");
  const second = slots.with(open, async () => void order.push("second"));
  gone.abort(new DOMException("", "AbortError"));
  expect(await left).toBe("left");
  await Promise.resolve();
  expect(order).toEqual(["first"]);
  release();
  await Promise.all([first, second]);
  expect(order).toEqual(["first", "second"]);
});

test("a failure gives its place to the next", async () => {
  const slots = new Slots(1);
  const signal = new AbortController().signal;
  await slots.with(signal, () => Promise.reject(new Error("x"))).catch(() => {});
  expect(await slots.with(signal, () => Promise.resolve(1))).toBe(1);
});

test("speed is of what was acknowledged lately, and unknown at first", () => {
  const pace = new Pace();
  pace.add(0, 0);
  expect(pace.speed(1000)).toBeNull();
  pace.add(4000, 2000);
  expect(pace.speed(2000)).toBe(2000);
  pace.add(4000, 12_000);
  expect(pace.speed(12_000)).toBeCloseTo(333, 0);
  pace.add(100, 13_000);
  expect(pace.speed(13_000)).toBeNull();
});

test("a part goes to where this page reaches the service, or to the store", () => {
  expect(addressOf("http://inside:8080/api/v1/uploads/u/parts/3?size=1", "u")).toBe(`${location.origin}/api/v1/uploads/u/parts/3?size=1`);
  expect(addressOf("https://files.example.org/dam/uploads/u?partNumber=3", "u")).toBe("https://files.example.org/dam/uploads/u?partNumber=3");
});
