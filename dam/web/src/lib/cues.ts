// The cues of a WebVTT index of pictures to seek by: from when to when (seconds), and where on the sheet (px).
import type { Rect } from "./zoom";

export interface Cue extends Rect {
  readonly begin: number;
  readonly end: number;
}

const CUE = /(\d+):(\d\d):(\d\d\.\d{3}) --> (\d+):(\d\d):(\d\d\.\d{3})\n\S*#xywh=(\d+),(\d+),(\d+),(\d+)/g;

const seconds = (hours: string | undefined, minutes: string | undefined, rest: string | undefined): number =>
  Number(hours) * 3600 + Number(minutes) * 60 + Number(rest);

/** What is not written as the service writes it is left out. */
export const parsed = (text: string): Cue[] =>
  [...text.matchAll(CUE)].map((found) => {
    const [x, y, width, height] = found.slice(7).map(Number) as [number, number, number, number];
    return { begin: seconds(found[1], found[2], found[3]), end: seconds(found[4], found[5], found[6]), x, y, width, height };
  });

/** The cue for a moment: of one beyond the end the last. */
export const cueAt = (cues: readonly Cue[], moment: number): Cue | undefined =>
  cues.find((each) => moment < each.end) ?? cues.at(-1);
