// Zoom and pan as arithmetic: a picture in a box, by its scale and by where its upper left corner is.
// Must not: know the document or the service. Lengths are in CSS pixels.
export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** `scale` 1 shows the picture in its own size. */
export interface View extends Point {
  readonly scale: number;
}

export interface Rect extends Point, Size {}

export const MOST = 16;
/** What one press of + or - does. */
export const STEP = 1.5;
/** Around a picture that is shown whole. */
export const MARGIN = 12;

/** The whole picture in the middle of the box, never larger than it is. */
export function fit(box: Size, picture: Size): View {
  const scale = Math.min((box.width - 2 * MARGIN) / picture.width, (box.height - 2 * MARGIN) / picture.height, 1);
  return held({ scale: scale > 0 ? scale : 1, x: 0, y: 0 }, box, picture);
}

/** The view so that no edge is further inside than it has to be: what is smaller than the box stays in its middle. */
export function held(view: View, box: Size, picture: Size): View {
  const along = (at: number, room: number, length: number): number =>
    length <= room ? (room - length) / 2 : Math.min(0, Math.max(room - length, at));
  return {
    scale: view.scale,
    x: along(view.x, box.width, picture.width * view.scale),
    y: along(view.y, box.height, picture.height * view.scale),
  };
}

/** Larger or smaller by a factor; what is at `at` in the box stays there as far as the edges allow. */
export function zoomed(view: View, factor: number, at: Point, box: Size, picture: Size): View {
  const least = Math.min(fit(box, picture).scale, 1);
  const scale = Math.min(MOST, Math.max(least, view.scale * factor));
  const ratio = scale / view.scale;
  return held({ scale, x: at.x - (at.x - view.x) * ratio, y: at.y - (at.y - view.y) * ratio }, box, picture);
}

export const panned = (view: View, by: Point, box: Size, picture: Size): View =>
  held({ ...view, x: view.x + by.x, y: view.y + by.y }, box, picture);

export const middle = (box: Size): Point => ({ x: box.width / 2, y: box.height / 2 });

/** Two fingers: how much further apart they are by now, and the point between them. */
export function pinched(before: readonly [Point, Point], now: readonly [Point, Point]): { factor: number; at: Point } {
  const apart = ([a, b]: readonly [Point, Point]): number => Math.hypot(a.x - b.x, a.y - b.y);
  const [a, b] = now;
  return { factor: apart(now) / (apart(before) || 1), at: { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 } };
}

/** Pictures of different sizes on one frame: each as large as it goes, in the middle. The frame is as large as the largest. */
export function aligned(pictures: readonly Size[]): { frame: Size; places: readonly Rect[] } {
  const frame = {
    width: Math.max(1, ...pictures.map((each) => each.width)),
    height: Math.max(1, ...pictures.map((each) => each.height)),
  };
  return { frame, places: pictures.map((each) => contained(each, frame)) };
}

function contained(picture: Size, frame: Size): Rect {
  const scale = Math.min(frame.width / picture.width, frame.height / picture.height);
  const [width, height] = [picture.width * scale, picture.height * scale];
  return { x: (frame.width - width) / 2, y: (frame.height - height) / 2, width, height };
}
