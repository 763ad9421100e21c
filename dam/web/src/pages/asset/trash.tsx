// Into the trash and out of it again: done at once, and undone by one press.
import { RotateCcw, Trash2 } from "lucide";
import { useState } from "preact/hooks";
import { api, asked, onceKey } from "../../api/client";
import { Icon } from "../../components/icon";
import { Problem } from "../../components/problem";
import { Time } from "../../components/time";
import { t } from "../../lib/i18n";
import type { Asset } from "../../state/asset";
import type { Resource } from "../../state/resource";
import { may } from "../../state/session";

interface Props {
  readonly resource: Resource<Asset>;
  readonly asset: Asset;
}

export function Trash({ resource, asset }: Props) {
  const [wrong, setWrong] = useState<unknown>();
  const trash = async (): Promise<void> => {
    setWrong(undefined);
    try {
      await asked(api.DELETE("/api/v1/assets/{asset_id}", { params: { path: { asset_id: asset.id } } }));
      await resource.reload();
    } catch (error) {
      setWrong(error);
    }
  };
  return (
    <section class="part">
      {wrong !== undefined && <Problem error={wrong} />}
      <div><button class="button quiet" onClick={() => void trash()}><Icon of={Trash2} />{t("asset.trash")}</button></div>
    </section>
  );
}

export function Trashed({ resource, asset, at }: Props & { at: string }) {
  const [wrong, setWrong] = useState<unknown>();
  const restore = async (): Promise<void> => {
    setWrong(undefined);
    try {
      resource.set(await asked(api.POST("/api/v1/assets/{asset_id}/restore", {
        params: { path: { asset_id: asset.id }, header: { "Idempotency-Key": onceKey() } },
      })));
    } catch (error) {
      setWrong(error);
    }
  };
  return (
    <div class="trashed" role="status">
      <p class="row"><Icon of={Trash2} />{t("asset.trashed")} <Time at={at} /></p>
      {may("contributor") && <button class="button" onClick={() => void restore()}><Icon of={RotateCcw} />{t("asset.restore")}</button>}
      {wrong !== undefined && <Problem error={wrong} />}
    </div>
  );
}
