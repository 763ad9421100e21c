// The pictures in rows. Only rows near what is being looked at are in the document; the height is that of all that are
// known, and of some more where there are more.
// Must not: ask the service, or know what a key or a press is for.
import { Component, type RefObject } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { t } from "../../lib/i18n";
import { justify, proportion, type Row } from "./justify";
import type { Asset, Results } from "./results";
import { remembered } from "./scroll";
import { Tile } from "./tile";
import { between, extent, grown, rowOf, type Range } from "./window";

const GAP = 4;
/** So far beyond the screen rows are drawn, and so far before the end the next page is asked for. */
const NEAR = 600;
const AHEAD = 5000;
/** So many milliseconds after rows were laid the next page is asked for, though it is not near. */
const SETTLED = 500;
const EAGER = 24;
const ROWS_A_FRAME = 3;
/** Screens a second beyond which nobody sees pictures: rows that fly past are colours, and nothing is fetched for them. */
const FLYING = 4;
/** Milliseconds over which that is measured. */
const WINDOW = 60;
/** Pages come one after the other: so many screens may be scrolled ahead of them, where their rows are only hinted at. */
const SCREENS_AHEAD = 3;

/** How high rows are: two dozen pictures are to be seen on a laptop, and two or three beside each other on a phone. */
const rowHeight = (width: number): number => (width < 640 ? 120 : width < 1500 ? 150 : 180);

export interface Handle {
  rows: readonly Row[];
  /** Bring it to where it can be seen, and the focus to it. */
  focus(index: number): void;
}

interface Props {
  readonly results: Results;
  readonly handle: RefObject<Handle | null>;
  /** The rows of other results stand there now, as high as they are. */
  laid(): void;
  select(asset: Asset, range: boolean): void;
  look(asset: Asset): void;
}

export function Grid({ results, handle, select, look, laid }: Props) {
  const element = useRef<HTMLDivElement>(null);
  const assets = results.assets.value;
  const width = useWidth(element);
  const rows = useMemo(() => layout(assets, width), [assets, width]);
  const { near, drawn } = useNear(element, rows, results);
  const known = extent(rows);
  const missing = Math.max(0, results.total.value - assets.length);
  const target = useMemo(remembered, [results]);
  const rest = results.complete || assets.length === 0 ? 0 : Math.round((missing * (known + GAP)) / assets.length);
  const height = known + Math.min(rest, Math.max(SCREENS_AHEAD * innerHeight, target + innerHeight - known));
  const active = results.active.value;
  const at = active === null ? -1 : assets.findIndex((each) => each.id === active);
  const tab = Math.max(0, at);

  const there = width > 0;
  useLayoutEffect(() => void (there && laid()), [results, there]);
  usePages(results, element, known);
  useFocus(element, handle, rows, assets);
  const focused = rowOf(rows, tab);
  return (
    <div
      ref={element} class="grid" role="grid" aria-label={t("library.grid")} aria-multiselectable="true"
      aria-rowcount={missing > 0 ? -1 : rows.length} style={{ height: `${height}px` }}
    >
      {listed(near, focused, rows.length).map((number) => (number === focused || (number >= drawn[0] && number < drawn[1]) ? (
        <Line
          key={number} number={number} row={rows[number]!} assets={assets} tab={tab} select={select} look={look}
          eager={number * 6 < EAGER}
        />
      ) : <Colours key={-1 - number} row={rows[number]!} assets={assets} />))}
    </div>
  );
}

interface LineProps {
  readonly number: number;
  readonly row: Row;
  readonly assets: readonly Asset[];
  readonly tab: number;
  readonly eager: boolean;
  select(asset: Asset, range: boolean): void;
  look(asset: Asset): void;
}

/** A row; drawn anew only where something in it is different, since scrolling must not redraw what stays. */
class Line extends Component<LineProps> {
  override shouldComponentUpdate(next: LineProps): boolean {
    const { row, tab, assets, number } = this.props;
    if (number !== next.number || !same(row, next.row) || this.props.select !== next.select) return true;
    const inside = (index: number): boolean => row.cells.some((cell) => cell.index === index);
    if (tab !== next.tab && (inside(tab) || inside(next.tab))) return true;
    return row.cells.some((cell) => assets[cell.index] !== next.assets[cell.index]);
  }

  override render({ number, row, assets, tab, eager, select, look }: LineProps) {
    return (
      <div role="row" aria-rowindex={number + 1} class="line" style={{ top: `${row.top}px`, height: `${row.height}px` }}>
        {row.cells.map((cell, column) => {
          const asset = assets[cell.index];
          return asset && (
            <Tile
              key={asset.id} asset={asset} left={cell.left} width={cell.width} height={row.height} column={column + 1}
              active={cell.index === tab} eager={eager} select={select} look={look}
            />
          );
        })}
      </div>
    );
  }
}

/** A row whose pictures nobody sees yet. */
function Colours({ row, assets }: { row: Row; assets: readonly Asset[] }) {
  return (
    <div class="line" aria-hidden="true" style={{ top: `${row.top}px`, height: `${row.height}px` }}>
      {row.cells.map((cell) => (
        <div
          key={cell.index} class="tile" data-id={assets[cell.index]?.id}
          style={{ left: `${cell.left}px`, width: `${cell.width}px`, height: `${row.height}px`, backgroundColor: assets[cell.index]?.latest?.colour ?? "" }}
        />
      ))}
    </div>
  );
}

const same = (one: Row, other: Row): boolean =>
  one.top === other.top && one.height === other.height && one.cells.length === other.cells.length &&
  one.cells.every((cell, at) => cell.index === other.cells[at]!.index && cell.width === other.cells[at]!.width);

function layout(assets: readonly Asset[], width: number): Row[] {
  if (width === 0) return [];
  const proportions = assets.map((each) => {
    const { width: w, height: h } = each.latest ?? {};
    return each.latest?.thumbnail || each.latest?.preview === "pending" ? proportion(w, h) : proportion(null, null);
  });
  return justify(proportions, { width, rowHeight: rowHeight(width), gap: GAP });
}

/** The rows that are in the document: those that are near, and the one with the focus, which must not vanish. */
function listed([first, behind]: Range, focused: number, all: number): number[] {
  const numbers = Array.from({ length: Math.min(behind, all) - first }, (_, at) => first + at);
  if (focused < first) numbers.unshift(focused);
  else if (focused >= behind && focused < all) numbers.push(focused);
  return numbers;
}

function useWidth(element: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const measure = (): void => setWidth(Math.floor(element.current!.clientWidth));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element.current!);
    return () => observer.disconnect();
  }, []);
  return width;
}

const above = (element: HTMLElement): number => -element.getBoundingClientRect().top;

interface Seen {
  readonly near: Range;
  /** Those of them that are drawn whole. */
  readonly drawn: Range;
}

const NONE: Seen = { near: [0, 0], drawn: [0, 0] };
const alike = (one: Range, other: Range): boolean => one[0] === other[0] && one[1] === other[1];

/** Which rows are near the screen, and which of them are drawn. While one scrolls, few come new with each frame, so that
 * none waits for a whole screen of them, and none at all while they fly past; other results are drawn at once. */
function useNear(element: RefObject<HTMLElement | null>, rows: readonly Row[], results: Results): Seen {
  const [seen, setSeen] = useState(NONE);
  const last = useRef<{ of: Results | null; seen: Seen }>({ of: null, seen: NONE });
  const flies = useSpeed();
  useLayoutEffect(() => {
    let frame = 0;
    const look = (most: number): void => {
      frame = 0;
      if (!element.current) return;
      const top = above(element.current);
      const near = between(rows, top - NEAR, top + innerHeight + NEAR);
      const drawn = grown(last.current.seen.drawn, near, between(rows, top, top + innerHeight), flies(top) ? 0 : most);
      last.current = { of: results, seen: { near, drawn } };
      setSeen((was) => (alike(was.near, near) && alike(was.drawn, drawn) ? was : last.current.seen));
      if (!alike(near, drawn)) soon();
    };
    const soon = (): void => void (frame ||= requestAnimationFrame(() => look(ROWS_A_FRAME)));
    look(last.current.of === results ? ROWS_A_FRAME : rows.length);
    addEventListener("scroll", soon, { passive: true });
    addEventListener("resize", soon);
    return () => (cancelAnimationFrame(frame), removeEventListener("scroll", soon), removeEventListener("resize", soon));
  }, [rows]);
  return seen;
}

/** Told where one is, says whether one flies past. */
function useSpeed(): (top: number) => boolean {
  const last = useRef({ top: 0, at: 0, flies: false });
  return (top) => {
    const now = performance.now();
    const passed = now - last.current.at;
    if (passed > WINDOW) last.current = { top, at: now, flies: Math.abs(top - last.current.top) / passed > (FLYING * innerHeight) / 1000 };
    return last.current.flies;
  };
}

/** Asks for pages until they reach beyond the screen; for those that nobody sees yet once the pictures had their turn. */
function usePages(results: Results, element: RefObject<HTMLElement | null>, known: number): void {
  useEffect(() => {
    const fill = (ahead: number): void => {
      if (element.current && known > 0 && above(element.current) + innerHeight + ahead > known) void results.more();
    };
    const soon = (): void => fill(AHEAD);
    fill(NEAR);
    const later = setTimeout(soon, SETTLED);
    addEventListener("scroll", soon, { passive: true });
    addEventListener("resize", soon);
    return () => (clearTimeout(later), removeEventListener("scroll", soon), removeEventListener("resize", soon));
  }, [results, known]);
}

/** Lets the page bring the focus to any picture, also to one that is not in the document yet. */
function useFocus(element: RefObject<HTMLElement | null>, handle: RefObject<Handle | null>, rows: readonly Row[], assets: readonly Asset[]): void {
  const wanted = useRef<string | null>(null);
  useLayoutEffect(() => {
    const reach = (): void => {
      const link = wanted.current && element.current?.querySelector<HTMLElement>(`a[data-id="${wanted.current}"]`);
      if (!link) return;
      wanted.current = null;
      link.focus({ preventScroll: true });
    };
    handle.current = {
      rows,
      focus(index) {
        wanted.current = assets[index]?.id ?? null;
        const row = rows[rowOf(rows, index)];
        if (row && element.current) reveal(element.current, row);
        reach();
      },
    };
    reach();
  });
}

/** Scroll as little as it takes for the row to be seen whole, between what sticks above and below. */
function reveal(element: HTMLElement, row: Row): void {
  const styles = getComputedStyle(element);
  const top = element.getBoundingClientRect().top + row.top;
  const from = parseFloat(styles.scrollMarginTop) || 0;
  const to = innerHeight - (parseFloat(styles.scrollMarginBottom) || 0);
  if (top < from) scrollBy(0, top - from);
  else if (top + row.height > to) scrollBy(0, top + row.height - to);
}
