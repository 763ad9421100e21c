// How much two pictures differ. Must not: know where the pixels come from.

/** What compression alone changes, of 255: below it nothing differs to the eye. */
const NOISE = 24;

/** The share of pixels that differ, 0 to 1. Both are RGBA of the same size. */
export function differing(a: Uint8ClampedArray, b: Uint8ClampedArray): number {
  let count = 0;
  for (let at = 0; at < a.length; at += 4) {
    const most = Math.max(...[0, 1, 2, 3].map((channel) => Math.abs((a[at + channel] ?? 0) - (b[at + channel] ?? 0))));
    if (most > NOISE) count += 1;
  }
  return a.length === 0 ? 0 : count / (a.length / 4);
}
