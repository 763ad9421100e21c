// What can be done with the version that is looked at: decide, compare, download.
import { Columns2 } from "lucide";
import { Icon } from "../../components/icon";
import { Verdict } from "../../components/verdict";
import { t } from "../../lib/i18n";
import { useKeys } from "../../lib/keys";
import { go } from "../../lib/route";
import type { Asset, Version } from "../../state/asset";
import { may } from "../../state/session";
import { Downloads } from "./downloads";
import { SupplyPreview } from "./supply";

/** With which version this one is best compared: the approved one, or else the one before it. */
export function counterpart(asset: Asset, version: Version): number | null {
  const approved = asset.approved?.number;
  if (approved !== undefined && approved !== version.number) return approved;
  return version.number > 1 ? version.number - 1 : null;
}

/** The older one is on the left. */
export const comparison = (asset: Asset, a: number, b: number): string =>
  `/assets/${asset.id}/compare/${Math.min(a, b)}..${Math.max(a, b)}`;

export function Actions({ asset, version, changed }: { asset: Asset; version: Version; changed(): void }) {
  const other = counterpart(asset, version);
  useKeys(other === null ? [] : [{ keys: "c", says: "asset.key.compare", run: () => go(comparison(asset, other, version.number)) }]);
  return (
    <div class="actions" role="group" aria-label={t("asset.version", { number: version.number })}>
      <Verdict asset={asset} version={version} />
      <Comparisons asset={asset} version={version} />
      <Downloads version={version} changed={changed} />
      {version.renditions.some((each) => each.by_hand) && may("contributor") && <SupplyPreview version={version} changed={changed} />}
    </div>
  );
}

function Comparisons({ asset, version }: { asset: Asset; version: Version }) {
  const approved = asset.approved?.number;
  const previous = version.number > 1 ? version.number - 1 : null;
  return (
    <>
      {approved !== undefined && approved !== version.number && (
        <a class="button" href={comparison(asset, approved, version.number)}><Icon of={Columns2} />{t("asset.compare_approved")}</a>
      )}
      {previous !== null && previous !== approved && (
        <a class="button" href={comparison(asset, previous, version.number)}><Icon of={Columns2} />{t("asset.compare_previous")}</a>
      )}
    </>
  );
}
