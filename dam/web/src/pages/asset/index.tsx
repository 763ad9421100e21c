// One asset: what it is, what changed, where it lives. The viewer leads; the versions are under it, the facts beside it.
// Which version is looked at is in the address (`?v=3`); without it, the latest.
import { ArrowLeft } from "lucide";
import { Icon } from "../../components/icon";
import { Problem } from "../../components/problem";
import { useDropOn } from "../../components/uploads";
import { t } from "../../lib/i18n";
import { useKeys } from "../../lib/keys";
import { go, place, withQuery, type Params } from "../../lib/route";
import { useTitle } from "../../lib/title";
import { useAsset, useAwaited, useVersion, useVersions, type Asset, type Version } from "../../state/asset";
import { useHurry } from "../../state/live";
import type { Resource } from "../../state/resource";
import { Actions } from "./actions";
import { Facts } from "./facts";
import { Strip } from "./strip";
import { Viewer } from "./viewer";
import "./asset.css";

export default function AssetPage({ params }: { params: Params }) {
  const id = params["id"] ?? "";
  const asset = useAsset(id);
  useTitle(asset.data?.title ?? t("asset.asset"));
  if (asset.data) return <Loaded key={id} resource={asset} asset={asset.data} />;
  if (asset.error !== undefined) return <div class="page"><Problem error={asset.error} retry={() => void asset.reload()} /></div>;
  return <div class="asset" aria-busy="true"><div class="look"><div class="pane" /></div></div>;
}

/** The number that the address names. */
function named(): number | null {
  const said = place.value.query.get("v") ?? "";
  return /^[1-9]\d{0,8}$/.test(said) ? Number(said) : null;
}

function Loaded({ resource, asset }: { resource: Resource<Asset>; asset: Asset }) {
  const versions = useVersions(asset.id);
  const number = named() ?? asset.latest?.number ?? 1;
  const listed = versions.rows.find((each) => each.number === number);
  const alone = useVersion(asset.id, listed || versions.loading ? null : number);
  const version = listed ?? alone.data;
  useHurry(version?.renditions.some((each) => each.state === "pending") ?? false);
  useAwaited(version ?? undefined);
  useSteps(number, versions.rows);
  const changed = (): void => void versions.reload();
  return (
    <div class="asset" {...useDropOn(asset)}>
      <div class="look">
        {version
          ? <Viewer version={version} title={asset.title} before={<Back />} changed={changed} />
          : <><div class="stage-bar"><Back /></div><div class="pane">{alone.error !== undefined && <Problem error={alone.error} />}</div></>}
        {version && <Actions asset={asset} version={version} changed={changed} />}
        <Strip versions={versions} asset={asset} selected={number} />
      </div>
      <Facts resource={resource} asset={asset} version={version} />
    </div>
  );
}

function Back() {
  return <a class="button quiet back" href="/"><Icon of={ArrowLeft} />{t("nav.library")}</a>;
}

/** `j` to the version before, `k` to the one after. */
function useSteps(number: number, versions: readonly Version[]): void {
  const step = (by: number): void => {
    const at = versions.findIndex((each) => each.number === number);
    const next = versions[at + by];
    if (at >= 0 && next) go(withQuery({ v: String(next.number) }), { replace: true });
  };
  useKeys([
    { keys: "j", says: "asset.key.older", run: () => step(1) },
    { keys: "k", says: "asset.key.newer", run: () => step(-1) },
  ]);
}
