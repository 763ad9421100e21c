// A document is leafed through: the page that somebody stands at, made when it is asked for, and the next one before it is.
// Must not: draw.
import { useEffect, useRef, useState } from "preact/hooks";
import { api, asked, onceKey, Refusal, type Schemas } from "../api/client";
import type { Size } from "../lib/zoom";
import { ofPages } from "./live";
import type { Version } from "./looks";
import { useResource } from "./resource";

export type PageMade = Schemas["PageMade"];

const RECIPE = "page--1600";
/** How long somebody stays at a page before it is made: who hurries past needs none. */
const STAYS = 100;
const [SOON, LATER] = [150, 1000];

/** The page that the address names, as far as there is such a page. */
export const pageNamed = (said: string | null, pages: number): number =>
  /^[1-9]\d{0,5}$/.test(said ?? "") ? Math.min(Number(said), pages) : 1;

/** The page's shape as long as the first picture's longest side, so that who has zoomed in stays there on the next page. */
export function pageSize(first: Size, made: { readonly width: number | null; readonly height: number | null } | undefined): Size {
  if (!made?.width || !made.height) return first;
  const scale = Math.max(first.width, first.height) / Math.max(made.width, made.height);
  return { width: made.width * scale, height: made.height * scale };
}

export interface Leafed {
  /** Undefined until the service has said how far it is, and of the first page, which the version is shown by. */
  readonly made: PageMade | undefined;
  readonly error: unknown;
  /** Have a page made again that failed. */
  retry(): Promise<void>;
}

type Kept = Map<number, PageMade>;

/** The page at which somebody stands; the one after it is fetched too. */
export function useLeaf(version: Version, page: number): Leafed {
  const kept = useRef<{ of: string; pages: Kept }>({ of: "", pages: new Map() });
  const name = `${version.asset_id}/${version.number}`;
  if (kept.current.of !== name) kept.current = { of: name, pages: new Map() };
  const pages = kept.current.pages;
  const stays = useStayed(page) === page;
  const here = usePage(version, stays && page > 1 ? page : null, pages);
  const there = page === 1 || here.made?.state === "ready";
  const next = usePage(version, stays && there && page < (version.pages ?? 1) ? page + 1 : null, pages);
  const ahead = next.made?.url;
  useEffect(() => {
    if (ahead) new Image().src = ahead;
  }, [ahead]);
  return page === 1 || pages.has(page) ? { ...here, made: pages.get(page), error: undefined } : here;
}

/** The page, when somebody has stayed there for a moment. */
function useStayed(page: number): number {
  const [stayed, stay] = useState(page);
  useEffect(() => {
    const timer = setTimeout(() => stay(page), STAYS);
    return () => clearTimeout(timer);
  }, [page]);
  return stayed;
}

/** A page as it is being made; null asks for none, and what is ready is asked for once. */
function usePage(version: Version, page: number | null, kept: Kept): Leafed {
  const { asset_id, number } = version;
  const params = { path: { asset_id, number, recipe: RECIPE, page: page ?? 1 } };
  const found = useResource(
    page === null || kept.has(page) ? null : `page/${asset_id}/${number}/${page}`,
    (signal) => asked(api.POST("/api/v1/assets/{asset_id}/versions/{number}/renditions/{recipe}/pages/{page}", { params, signal })),
    (event) => event.asset_id === asset_id && ofPages(event),
  );
  const { data, error } = found;
  if (data?.state === "ready") kept.set(data.page, data);
  const waits = data?.state === "pending" || (error instanceof Refusal && error.code === "too_many_pages");
  useAgain(waits, data ?? error, found.reload);
  return {
    made: page === null ? undefined : (kept.get(page) ?? data),
    error: waits ? undefined : error,
    retry: async () => found.set(await asked(
      api.POST("/api/v1/assets/{asset_id}/versions/{number}/renditions/{recipe}/pages/{page}/retry", {
        params: { ...params, header: { "Idempotency-Key": onceKey() } },
      }),
    )),
  };
}

/** Ask again and again while something `waits`, soon at first; a hidden tab hears of it by the events. */
function useAgain(waits: boolean, answer: unknown, ask: () => Promise<void>): void {
  const pause = useRef(SOON);
  useEffect(() => {
    if (!waits || document.hidden) return void (pause.current = SOON);
    const timer = setTimeout(() => void ask(), pause.current);
    pause.current = Math.min(LATER, pause.current * 1.5);
    return () => clearTimeout(timer);
  }, [waits, answer]);
}
