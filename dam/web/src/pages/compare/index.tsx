// Two versions of an asset, to see what exactly changed: four ways of looking, one zoom. Versions and way are in the
// address.
import { ArrowLeft, ArrowLeftRight } from "lucide";
import { Icon } from "../../components/icon";
import { Problem } from "../../components/problem";
import { StageTools, useViewing } from "../../components/stage";
import { State } from "../../components/states";
import { Time } from "../../components/time";
import { Verdict } from "../../components/verdict";
import { t, type Key } from "../../lib/i18n";
import { useKeys } from "../../lib/keys";
import { go, place, withQuery, type Params } from "../../lib/route";
import { useTitle } from "../../lib/title";
import { aligned } from "../../lib/zoom";
import { useAsset, useVersion, useVersions, type Asset, type Version } from "../../state/asset";
import { largest, pictureSize } from "../../state/looks";
import { nameOf } from "../../state/names";
import { Changes } from "./changes";
import { Modes, MODES, type Mode, type Shown } from "./modes";
import "./compare.css";

interface Pair {
  readonly a: number;
  readonly b: number;
}

function pairOf(said: string): Pair | null {
  const found = /^([1-9]\d{0,8})\.\.([1-9]\d{0,8})$/.exec(said);
  return found ? { a: Number(found[1]), b: Number(found[2]) } : null;
}

export default function ComparePage({ params }: { params: Params }) {
  const id = params["id"] ?? "";
  const pair = pairOf(params["pair"] ?? "");
  const asset = useAsset(id);
  const a = useVersion(id, pair?.a ?? null);
  const b = useVersion(id, pair?.b ?? null);
  useTitle(asset.data && pair ? t("asset.compare.title", { title: asset.data.title, ...pair }) : t("asset.asset"));
  const failed = [asset, a, b].find((each) => each.error !== undefined);
  if (!pair) return <div class="page"><h1>{t("nav.nothing")}</h1></div>;
  if (failed) return <div class="page"><Problem error={failed.error} retry={() => void failed.reload()} /></div>;
  if (!asset.data || !a.data || !b.data) return <div class="compare" aria-busy="true" />;
  return <Loaded asset={asset.data} a={a.data} b={b.data} />;
}

const mode = (): Mode => MODES.find((each) => each === place.value.query.get("mode")) ?? "side";

function Loaded({ asset, a, b }: { asset: Asset; a: Version; b: Version }) {
  const versions = useVersions(asset.id);
  const to = (left: number, right: number): void => {
    const query = place.peek().query.toString();
    go(`/assets/${asset.id}/compare/${left}..${right}${query ? `?${query}` : ""}`, { replace: true });
  };
  const newer = a.number > b.number ? a : b;
  return (
    <div class="compare">
      <header>
        <a class="button quiet" href={`/assets/${asset.id}?v=${newer.number}`} aria-label={t("asset.compare.back")}><Icon of={ArrowLeft} /></a>
        <h1>{asset.title}</h1>
      </header>
      <div class="row verdict"><Verdict asset={asset} version={newer} /></div>
      <div class="sides">
        <Side label={t("asset.compare.left")} version={a} versions={versions.rows} choose={(number) => to(number, b.number)} />
        <button class="button quiet" aria-label={t("asset.compare.swap")} title={t("asset.compare.swap")} onClick={() => to(b.number, a.number)}><Icon of={ArrowLeftRight} /></button>
        <Side label={t("asset.compare.right")} version={b} versions={versions.rows} choose={(number) => to(a.number, number)} />
      </div>
      <Why versions={versions.rows} a={a} b={b} />
      <Looks asset={asset} a={a} b={b} />
      <Changes a={a} b={b} />
    </div>
  );
}

interface SideProps {
  readonly label: string;
  readonly version: Version;
  readonly versions: readonly Version[];
  choose(number: number): void;
}

function Side({ label, version, versions, choose }: SideProps) {
  const numbers = [...new Set([...versions.map((each) => each.number), version.number])].toSorted((x, y) => y - x);
  return (
    <div class="side">
      <select aria-label={label} value={String(version.number)} onChange={(event) => choose(Number(event.currentTarget.value))}>
        {numbers.map((each) => <option key={each} value={String(each)}>{t("asset.version", { number: each })}</option>)}
      </select>
      <State state={version.status} />
      <span class="quiet small">{nameOf(version.created_by)} · <Time at={version.created_at} /></span>
    </div>
  );
}

/** The reasons on the way from the older to the newer one. */
function Why({ versions, a, b }: { versions: readonly Version[]; a: Version; b: Version }) {
  const [from, until] = a.number < b.number ? [a, b] : [b, a];
  const between = versions.filter((each) => each.number > from.number && each.number <= until.number).toReversed();
  const listed = between.length > 0 ? between : [until];
  return (
    <section class="rationale" aria-label={t("asset.compare.why")}>
      {listed.map((each) => (
        <p key={each.number}><b>{t("asset.version", { number: each.number })}</b> {each.rationale || <span class="quiet">{t("asset.no_rationale")}</span>}</p>
      ))}
    </section>
  );
}

function shown(version: Version): Omit<Shown, "at"> | null {
  const picture = largest(version);
  return picture?.url ? { version, url: picture.url, size: pictureSize(version, picture) } : null;
}

function Looks({ asset, a, b }: { asset: Asset; a: Version; b: Version }) {
  const [left, right] = [shown(a), shown(b)];
  const without = left === null ? a : b;
  if (!left || !right) return <div class="stage empty"><p>{t("asset.compare.no_picture", { number: without.number })}</p></div>;
  return <Stage title={asset.title} left={left} right={right} />;
}

function Stage({ title, left, right }: { title: string; left: Omit<Shown, "at">; right: Omit<Shown, "at"> }) {
  const density = devicePixelRatio;
  const sizes = [left.size, right.size].map((each) => ({ width: each.width / density, height: each.height / density }));
  const { frame, places } = aligned(sizes);
  const viewing = useViewing(frame);
  const now = mode();
  const set = (wanted: Mode): void => go(withQuery({ mode: wanted === "side" ? null : wanted }), { replace: true });
  useKeys(MODES.map((each, index) => ({ keys: String(index + 1), says: `asset.compare.key.${each}` as Key, run: () => set(each) })));
  const [x, y] = places;
  if (!x || !y) return null;
  const resized = left.size.width !== right.size.width || left.size.height !== right.size.height;
  return (
    <div class="stage">
      <div class="stage-bar">
        <div class="modes" role="group" aria-label={t("asset.compare.mode")}>
          {MODES.map((each) => (
            <button key={each} class="button" aria-pressed={each === now} onClick={() => set(each)}>{t(`asset.compare.${each}` as Key)}</button>
          ))}
        </div>
        <StageTools viewing={viewing} full={false} />
        {resized && <span class="quiet small">{t("asset.compare.scaled")}</span>}
      </div>
      <Modes mode={now} title={title} viewing={viewing} frame={frame} a={{ ...left, at: x }} b={{ ...right, at: y }} />
    </div>
  );
}
