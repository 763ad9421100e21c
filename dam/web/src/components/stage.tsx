// A place where a picture is looked at closely: zoom and pan by wheel, fingers, keys and buttons. Several panes may show
// one view, so that pictures are compared spot by spot.
// Must not: know what the picture is of.
import { Maximize, Minus, Plus } from "lucide";
import type { ComponentChildren, CSSProperties } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { number, t, type Key } from "../lib/i18n";
import { useKeys } from "../lib/keys";
import { fit, held, middle, panned, pinched, STEP, zoomed, type Point, type Rect, type Size, type View } from "../lib/zoom";
import { canvas, CANVASES, chooseCanvas } from "../state/canvas";
import { Icon } from "./icon";
import "./stage.css";

export interface Viewing {
  readonly view: View;
  /** The whole picture is shown. */
  readonly fitted: boolean;
  zoom(factor: number, at?: Point): void;
  pan(by: Point): boolean;
  fit(): void;
  full(at?: Point): void;
  measure(box: Size): void;
}

const NOTHING: Size = { width: 0, height: 0 };
const PAN = 64;
const WHEEL = 0.0018;

/** How a picture of this size is looked at; until somebody zooms, it fits. */
export function useViewing(picture: Size): Viewing {
  const [box, measure] = useState(NOTHING);
  const [chosen, choose] = useState<View | null>(null);
  const whole = fit(box, picture);
  const view = chosen ? held(chosen, box, picture) : whole;
  const zoom = (factor: (scale: number) => number, at = middle(box)): void => choose((now) => {
    const before = now ?? whole;
    const next = zoomed(before, factor(before.scale), at, box, picture);
    return next.scale > whole.scale ? next : null;
  });
  return {
    view,
    fitted: view.scale <= whole.scale,
    zoom: (factor, at) => zoom(() => factor, at),
    full: (at) => zoom((scale) => 1 / scale, at),
    fit: () => choose(null),
    measure,
    pan(by) {
      const moved = panned(view, by, box, picture);
      choose((now) => (now ? panned(now, by, box, picture) : now));
      return moved.x !== view.x || moved.y !== view.y;
    },
  };
}

/** Where a part of the picture is at the moment; all of it without `part`. */
export const placed = (view: View, picture: Size, part: Rect = { x: 0, y: 0, ...picture }): CSSProperties => ({
  left: `${view.x + part.x * view.scale}px`,
  top: `${view.y + part.y * view.scale}px`,
  width: `${part.width * view.scale}px`,
  height: `${part.height * view.scale}px`,
});

const ARROWS: Readonly<Record<string, Point>> = {
  ArrowLeft: { x: PAN, y: 0 }, ArrowRight: { x: -PAN, y: 0 }, ArrowUp: { x: 0, y: PAN }, ArrowDown: { x: 0, y: -PAN },
};

interface PaneProps {
  readonly viewing: Viewing;
  readonly label: string;
  readonly children: ComponentChildren;
}

export function Pane({ viewing, label, children }: PaneProps) {
  const element = useRef<HTMLDivElement>(null);
  const latest = useRef(viewing);
  latest.current = viewing;
  useLayoutEffect(() => (element.current ? watch(element.current, () => latest.current) : undefined), []);
  const arrow = (event: KeyboardEvent): void => {
    const by = ARROWS[event.key];
    if (by && latest.current.pan(by)) event.preventDefault();
  };
  return (
    <div
      ref={element} class={`pane canvas-${canvas.value} ${viewing.fitted ? "fitted" : "zoomed"}`} tabIndex={0} role="group" aria-label={label}
      onKeyDown={arrow}
    >
      {children}
    </div>
  );
}

/** Measure the element, and turn what wheel and fingers do in it into zoom and pan. Returns how to stop. */
function watch(element: HTMLElement, viewing: () => Viewing): () => void {
  const stop = new AbortController();
  const options = { signal: stop.signal };
  const fingers = new Map<number, Point>();
  const here = (event: MouseEvent): Point => {
    const at = element.getBoundingClientRect();
    return { x: event.clientX - at.x, y: event.clientY - at.y };
  };
  const wheel = (event: WheelEvent): void => {
    event.preventDefault();
    viewing().zoom(Math.exp(-event.deltaY * WHEEL * (event.ctrlKey ? 4 : 1)), here(event));
  };
  const down = (event: PointerEvent): void => {
    if (event.button !== 0 || (event.target as Element).closest("button, a, input, video, audio, [data-handle]")) return;
    fingers.set(event.pointerId, here(event));
    element.setPointerCapture(event.pointerId);
  };
  const move = (event: PointerEvent): void => {
    const before = fingers.get(event.pointerId);
    if (!before) return;
    const now = here(event);
    const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1];
    if (other) {
      const { factor, at } = pinched([other, before], [other, now]);
      viewing().zoom(factor, at);
    } else viewing().pan({ x: now.x - before.x, y: now.y - before.y });
    fingers.set(event.pointerId, now);
  };
  const up = (event: PointerEvent): void => void fingers.delete(event.pointerId);
  const twice = (event: MouseEvent): void => void (viewing().fitted ? viewing().full(here(event)) : viewing().fit());
  const measure = (): void => viewing().measure({ width: element.clientWidth, height: element.clientHeight });
  const size = new ResizeObserver(measure);
  measure();
  size.observe(element);
  element.addEventListener("wheel", wheel, { ...options, passive: false });
  element.addEventListener("pointerdown", down, options);
  element.addEventListener("pointermove", move, options);
  element.addEventListener("pointerup", up, options);
  element.addEventListener("pointercancel", up, options);
  element.addEventListener("dblclick", twice, options);
  return () => (size.disconnect(), stop.abort());
}

/** The buttons for zoom and canvas, and their keys; `full`: whether `1` is the full size's. */
export function StageTools({ viewing, full = true }: { viewing: Viewing; full?: boolean }) {
  useKeys([
    { keys: "+", says: "asset.zoom_in", run: () => viewing.zoom(STEP) },
    { keys: "-", says: "asset.zoom_out", run: () => viewing.zoom(1 / STEP) },
    { keys: "0", says: "asset.zoom_fit", run: viewing.fit },
    ...(full ? [{ keys: "1", says: "asset.zoom_full" as const, run: () => viewing.full() }] : []),
  ]);
  const percent = Math.round(viewing.view.scale * 100);
  return (
    <div class="stage-tools" role="toolbar" aria-label={t("asset.view")}>
      <button class="button quiet" aria-label={t("asset.zoom_out")} onClick={() => viewing.zoom(1 / STEP)}><Icon of={Minus} /></button>
      <button class="button quiet percent" aria-label={t("asset.zoom_full_from", { percent })} title={t("asset.zoom_full")} onClick={() => viewing.full()}>
        {t("asset.percent", { percent: number(percent) })}
      </button>
      <button class="button quiet" aria-label={t("asset.zoom_in")} onClick={() => viewing.zoom(STEP)}><Icon of={Plus} /></button>
      <button class="button quiet" aria-label={t("asset.zoom_fit")} aria-pressed={viewing.fitted} onClick={viewing.fit}><Icon of={Maximize} /></button>
      <span class="canvases" role="group" aria-label={t("asset.canvas")}>
        {CANVASES.map((each) => (
          <button
            key={each} class={`swatch canvas-${each}`} aria-label={t(`asset.canvas.${each}` as Key)} aria-pressed={canvas.value === each}
            onClick={() => chooseCanvas(each)}
          />
        ))}
      </span>
    </div>
  );
}
