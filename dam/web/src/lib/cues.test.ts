import { expect, test } from "vitest";
import { cueAt, parsed } from "./cues";

const INDEX = `WEBVTT

00:00:00.000 --> 00:00:01.500
sprite-160#xywh=0,0,160,90

01:00:00.000 --> 01:00:09.250
sprite-160#xywh=160,90,160,90
`;

test("each cue has its time and its place", () => {
  const [first, second] = parsed(INDEX);
  expect(first).toEqual({ begin: 0, end: 1.5, x: 0, y: 0, width: 160, height: 90 });
  expect(second).toEqual({ begin: 3600, end: 3609.25, x: 160, y: 90, width: 160, height: 90 });
  expect(parsed("WEBVTT\n\n00:00 --> x\nhttp://elsewhere")).toEqual([]);
});

test("a moment has the cue that it falls into, and one beyond the end the last", () => {
  const cues = parsed(INDEX);
  expect(cueAt(cues, 0)).toBe(cues[0]);
  expect(cueAt(cues, 1.5)).toBe(cues[1]);
  expect(cueAt(cues, 9999)).toBe(cues[1]);
  expect(cueAt([], 0)).toBeUndefined();
});
