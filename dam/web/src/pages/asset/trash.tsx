// Into the trash and out of it again: done at once, and undone by one press.
import { RotateCcw, Trash2 } from "lucide";
import { api, asked, onceKey } from "../../api/client";
import { Icon } from "../../components/icon";
import { Failures } from "../../components/problem";
import { Time } from "../../components/time";
import { useDoing } from "../../lib/doing";
import { t } from "../../lib/i18n";
import type { Asset } from "../../state/asset";
import type { Resource } from "../../state/resource";
import { may } from "../../state/session";

interface Props {
  readonly resource: Resource<Asset>;
  readonly asset: Asset;
}

export function Trash({ resource, asset }: Props) {
  const doing = useDoing();
  const trash = async (): Promise<void> => {
    await asked(api.DELETE("/api/v1/assets/{asset_id}", { params: { path: { asset_id: asset.id } } }));
    await resource.reload();
  };
  return (
    <section class="part">
      <Failures of={doing} />
      <div><button class="button quiet" {...doing.press("trash", trash)}><Icon of={Trash2} />{t("asset.trash")}</button></div>
    </section>
  );
}

export function Trashed({ resource, asset, at }: Props & { at: string }) {
  const doing = useDoing();
  const restore = async (): Promise<void> => resource.set(await asked(api.POST("/api/v1/assets/{asset_id}/restore", {
    params: { path: { asset_id: asset.id }, header: { "Idempotency-Key": onceKey() } },
  })));
  return (
    <div class="trashed" role="status">
      <p class="row"><Icon of={Trash2} />{t("asset.trashed")} <Time at={at} /></p>
      {may("contributor") && <button class="button" {...doing.press("restore", restore)}><Icon of={RotateCcw} />{t("asset.restore")}</button>}
      <Failures of={doing} />
    </div>
  );
}
