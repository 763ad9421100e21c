// The stable public address: it shows the approved version to everybody who knows it, without signing in.
import { Globe, GlobeLock } from "lucide";
import { api, asked, onceKey } from "../../api/client";
import { Copy } from "../../components/copy";
import { Icon } from "../../components/icon";
import { Failures } from "../../components/problem";
import { useDoing } from "../../lib/doing";
import { t } from "../../lib/i18n";
import type { Asset } from "../../state/asset";
import type { Resource } from "../../state/resource";
import { may } from "../../state/session";

export function PublicAddress({ resource, asset }: { resource: Resource<Asset>; asset: Asset }) {
  const doing = useDoing();
  const turn = async (): Promise<void> => {
    const params = { path: { asset_id: asset.id }, header: { "Idempotency-Key": onceKey() } };
    resource.set(await asked(asset.published
      ? api.POST("/api/v1/assets/{asset_id}/unpublish", { params })
      : api.POST("/api/v1/assets/{asset_id}/publish", { params })));
  };
  const address = `${location.origin}/d/${encodeURIComponent(asset.key)}`;
  return (
    <>
      {asset.published
        ? (
          <>
            <p class="address"><a href={address} target="_blank" rel="noreferrer">{address}</a><Copy text={address} label={t("asset.copy_address")} /></p>
            <p class="quiet small">{asset.approved ? t("asset.public_shows", { number: asset.approved.number }) : t("asset.public_empty")}</p>
          </>
        )
        : <p class="quiet">{t("asset.not_public")}</p>}
      {may("approver") && asset.trashed_at === null && (
        <div><button class="button" {...doing.press("turn", turn)}>
          <Icon of={asset.published ? GlobeLock : Globe} />{t(asset.published ? "asset.unpublish" : "asset.publish")}
        </button></div>
      )}
      <Failures of={doing} />
    </>
  );
}
