// A picture by which a version is shown where its file gives none, or no good one. Nothing of it is delivered.
import { ImagePlus, Undo2 } from "lucide";
import { useRef } from "preact/hooks";
import { api, asked } from "../../api/client";
import { Icon } from "../../components/icon";
import { Failures } from "../../components/problem";
import { useDoing } from "../../lib/doing";
import { t } from "../../lib/i18n";
import type { Version } from "../../state/looks";

export function SupplyPreview({ version, changed }: { version: Version; changed(): void }) {
  const doing = useDoing();
  const chooser = useRef<HTMLInputElement>(null);
  const path = { asset_id: version.asset_id, number: version.number };
  const act = async (asking: Promise<unknown>): Promise<void> => (await asking, changed());
  const supply = (file: File): Promise<Version> =>
    asked(api.PUT("/api/v1/assets/{asset_id}/versions/{number}/preview", {
      params: { path }, body: { file: file.name }, bodySerializer: () => formOf(file),
    }));
  const takeAway = (): Promise<Version> => asked(api.DELETE("/api/v1/assets/{asset_id}/versions/{number}/preview", { params: { path } }));
  const supplied = version.renditions.some((each) => each.by_hand);
  return (
    <>
      <button class="button" {...doing.mark("picture")} onClick={() => void (doing.busy() || chooser.current?.click())}>
        <Icon of={ImagePlus} />{t(supplied ? "asset.preview_other" : "asset.preview_supply")}
      </button>
      <input
        ref={chooser} type="file" accept="image/*" hidden aria-label={t("asset.preview_supply")}
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          event.currentTarget.value = "";
          if (file) void doing.run("picture", () => act(supply(file)));
        }}
      />
      {supplied && (
        <button class="button" {...doing.press("picture", () => act(takeAway()))}><Icon of={Undo2} />{t("asset.preview_take_away")}</button>
      )}
      <Failures of={doing} />
    </>
  );
}

function formOf(file: File): FormData {
  const form = new FormData();
  form.append("file", file);
  return form;
}
