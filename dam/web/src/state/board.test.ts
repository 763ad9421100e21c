import { expect, test } from "vitest";
import { together } from "./board";

const FOUND = [
  { channel_id: "a", counts: { current: 3, failed: 1 } },
  { channel_id: "b", counts: { current: 2 } },
];

test("counts of all channels are added up, those of one are its own", () => {
  expect(together(FOUND, undefined)).toEqual({ current: 5, failed: 1 });
  expect(together(FOUND, "b")).toEqual({ current: 2 });
  expect(together(FOUND, "c")).toEqual({});
});
