// The library: where is it? The pictures lead; the query is on top, facets are at the left, what is selected is at the
// bottom. The address holds the view.
import { SlidersHorizontal } from "lucide";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Refusal } from "../../api/client";
import { Dialog } from "../../components/dialog";
import { Icon } from "../../components/icon";
import { Problem } from "../../components/problem";
import { many, t } from "../../lib/i18n";
import { go, place } from "../../lib/route";
import { useTitle } from "../../lib/title";
import { SelectionBar } from "./bar";
import type { Change } from "./bulk";
import { EmptyLibrary, NothingFound } from "./empty";
import { Facets } from "./facets";
import { Grid, type Handle } from "./grid";
import { Chosen, Head } from "./head";
import { useLibraryKeys } from "./keyboard";
import { useLive } from "./live";
import { QuickLook } from "./look";
import { useLook } from "./looked";
import { forget, resultsOf, type Asset, type Results } from "./results";
import { failed as samplesFailed, sendSamples } from "./samples";
import { afresh, keep, remembered } from "./scroll";
import { add, clear, drop, MOST, reach, refresh, selected, toggle } from "./selection";
import { address, asksForAll, choices, located, read, type View } from "./view";
import { step } from "./window";
import "./library.css";
import "./overlays.css";

/** Milliseconds after which somebody is taken to stay at a view. */
const PASSING = 300;

export default function Library() {
  useTitle(t("nav.library"));
  const query = place.value.query.toString();
  const view = useMemo(() => read(new URLSearchParams(query)), [query]);
  const [wanted, shown] = useResults(view);
  const looked = useLook(shown);
  const handle = useRef<Handle>(null);
  const input = useRef<HTMLInputElement>(null);
  const grid = useRef<HTMLDivElement>(null);
  const [filtering, setFiltering] = useState(false);
  const typing = useRef(false);
  useEffect(keep, []);
  useLive(shown, () => scrollY < 40 && !looked.asset && selected.peek().size === 0 && !grid.current?.contains(document.activeElement));

  const choose = (next: View, typed = false): void => {
    const replace = typed && typing.current;
    typing.current = typed;
    go(address(next), { replace });
    if (replace) afresh();
  };
  const acts = useActs(shown, handle, looked.open);
  const onKeyDown = useLibraryKeys({ ...acts, search: () => input.current?.select(), leave: () => (selected.peek().size > 0 ? clear() : focusOut()) });
  const changed = (change: Change, assets: readonly Asset[]): void => {
    const ids = new Set(assets.map((each) => each.id));
    if (change.does === "trash") (shown?.remove(ids), drop(ids));
    else if (change.does === "restore") shown?.putBack(ids);
    else void shown?.freshen(ids);
  };
  const select = useMemo(() => (asset: Asset, range: boolean) => {
    if (range && shown) reach(shown.assets.peek(), asset);
    else toggle(asset);
  }, [shown]);
  const open = looked.asset !== null;
  const opened = useRef(false);
  useEffect(() => {
    if (opened.current && !open) acts.here();
    opened.current = open;
  }, [open]);
  useEffect(() => shown ? refresh(shown.assets.value) : undefined, [shown?.assets.value]);
  const fault = faultOf(wanted);
  const failed = fault ? undefined : wanted.error.value;
  const empty = shown !== null && shown.assets.value.length === 0;
  const all = empty && asksForAll(shown.view);
  const first = all && shown.behind.value === 0;

  return (
    <div class={`library${selected.value.size > 0 ? " selecting" : ""}${first ? " first" : ""}`}>
      <h1 class="visually-hidden">{t("nav.library")}</h1>
      <Head
        view={view} fault={fault} input={input} total={shown?.total.value ?? null} behind={shown?.behind.value ?? 0}
        choose={choose} leave={() => acts.move("first")}
        filter={<button class="button filter" onClick={() => setFiltering(true)}>
          <Icon of={SlidersHorizontal} />{choices(view).length > 0 ? t("library.filter_count", { count: choices(view).length }) : t("library.filter")}
        </button>}
      />
      <div class="columns">
        <aside class="side" aria-label={t("library.filter")}>
          {shown && <Facets view={view} counts={shown.counts.value} total={shown.total.value} choose={choose} />}
        </aside>
        <div
          class="found" ref={grid} onKeyDown={onKeyDown} onClickCapture={(event) => pick(event, shown)}
          onFocusIn={(event) => shown && at(event, shown)}
        >
          <Chosen view={view} choose={choose} />
          {failed !== undefined && <Problem error={failed} retry={() => void wanted.again()} />}
          {samplesFailed.value !== undefined && <Problem error={samplesFailed.value} retry={() => void sendSamples()} />}
          {((shown === null && failed === undefined && !fault) || (all && !first)) && <div class="grid skeleton" aria-hidden="true" />}
          {first && <EmptyLibrary />}
          {empty && !all && <NothingFound view={shown.view} choose={choose} />}
          {shown && !empty && <Grid results={shown} handle={handle} select={select} look={looked.open} laid={laid} />}
        </div>
      </div>
      {shown !== null && shown.news.value > 0 && (
        <button class="button primary news" onClick={() => (scrollTo(0, 0), void shown.begin())}>{many("library.news", shown.news.value)}</button>
      )}
      <SelectionBar
        total={shown?.total.value ?? 0} look={looked.open} done={changed}
        selectAll={async () => { if (shown) add(await shown.all(MOST)); }}
      />
      {filtering && shown && (
        <Dialog title={t("library.filter")} onClose={() => setFiltering(false)} foot={
          <button class="button primary" onClick={() => setFiltering(false)}>{many("library.show", shown.total.value)}</button>
        }><Facets view={view} counts={shown.counts.value} total={shown.total.value} choose={choose} /></Dialog>
      )}
      {looked.asset && (
        <QuickLook
          asset={looked.asset} place={looked.place} step={looked.step} close={looked.close} select={toggle}
          open={(asset) => go(`/assets/${asset.id}`)}
        />
      )}
    </div>
  );
}

/** What is asked for, and what is shown until that is there. */
function useResults(view: View): readonly [Results, Results | null] {
  const key = address(view);
  const wanted = useMemo(() => resultsOf(view), [key]);
  const last = useRef<Results | null>(null);
  useEffect(() => {
    // What is known stands there at once; whoever only passes by asks nothing.
    const stays = wanted.known.peek() ? setTimeout(() => void wanted.follow(remembered() < 40), PASSING) : undefined;
    if (!wanted.known.peek()) void wanted.begin();
    return () => {
      clearTimeout(stays);
      if (wanted.known.peek()) return;
      wanted.stop();
      forget(wanted);
    };
  }, [wanted]);
  if (wanted.known.value) last.current = wanted;
  return [wanted, last.current];
}

const laid = (): void => scrollTo(0, remembered());

function faultOf(results: Results) {
  const error = results.error.value;
  if (!(error instanceof Refusal) || error.code !== "query_invalid") return null;
  const { position, found } = error.more;
  return { error, place: located(results.view, results.asked, Number(position ?? 0), String(found ?? "")) };
}

const focusOut = (): void => void (document.activeElement instanceof HTMLElement && document.activeElement.blur());

/** The picture that has the focus is the one that Tab leads back to. */
function at(event: FocusEvent, results: Results): void {
  const id = (event.target as Element).closest<HTMLElement>("a[data-id]")?.dataset.id;
  if (id) results.active.value = id;
}

/** While something is selected, a press on a picture selects; with Shift it reaches from the last one to this one. */
function pick(event: MouseEvent, results: Results | null): void {
  const id = (event.target as Element).closest<HTMLElement>("a[data-id]")?.dataset.id;
  if (!id || event.metaKey || event.ctrlKey || event.altKey || event.detail === 0) return;
  const asset = results?.assets.peek().find((each) => each.id === id);
  if (!asset || !results || (!event.shiftKey && selected.peek().size === 0)) return;
  event.preventDefault();
  event.stopPropagation();
  if (event.shiftKey) reach(results.assets.peek(), asset);
  else toggle(asset);
}

function useActs(results: Results | null, handle: { current: Handle | null }, look: (asset: Asset) => void) {
  const assets = (): readonly Asset[] => results?.assets.peek() ?? [];
  const index = (): number => assets().findIndex((each) => each.id === results?.active.peek());
  const present = (): Asset | undefined => assets()[index()];
  return {
    move(direction: Parameters<typeof step>[2], reaches = false): void {
      const from = index();
      const rows = handle.current?.rows;
      if (!results || !rows || assets().length === 0) return;
      const inGrid = document.activeElement?.matches("a[data-id]") ?? false;
      const edge = direction === "first" || direction === "last";
      const to = edge || (inGrid && from >= 0) ? step(rows, from, direction) : Math.max(0, from);
      if (reaches && from >= 0) add([assets()[from]!]);
      results.active.value = assets()[to]?.id ?? null;
      handle.current?.focus(to);
      if (reaches && assets()[to]) reach(assets(), assets()[to]!);
    },
    /** The focus returns to where it was. */
    here: (): void => void (index() >= 0 && handle.current?.focus(index())),
    look: (): void => void (present() && look(present()!)),
    select: (): void => void (present() && toggle(present()!)),
    open: (): void => void (present() && go(`/assets/${present()!.id}`)),
  };
}
