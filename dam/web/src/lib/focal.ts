// What of a picture has to be seen, however it is cut: a point from 0 to 1 from its left and top.
export interface Point {
  readonly x: number;
  readonly y: number;
}

export const CENTRE: Point = { x: 0.5, y: 0.5 };

const STEP = 0.05;
const KEYS: Readonly<Record<string, Point>> = { ArrowLeft: { x: -1, y: 0 }, ArrowRight: { x: 1, y: 0 }, ArrowUp: { x: 0, y: -1 }, ArrowDown: { x: 0, y: 1 } };

const within = (value: number): number => Math.round(Math.min(1, Math.max(0, value)) * 1000) / 1000;

/** Where in the box it was pressed. */
export const pressed = (at: { readonly clientX: number; readonly clientY: number }, box: { readonly left: number; readonly top: number; readonly width: number; readonly height: number }): Point => ({
  x: within((at.clientX - box.left) / box.width), y: within((at.clientY - box.top) / box.height),
});

/** Where an arrow key moves it; null for any other key. */
export function moved(from: Point, key: string): Point | null {
  const by = KEYS[key];
  return by ? { x: within(from.x + by.x * STEP), y: within(from.y + by.y * STEP) } : null;
}
