// Why there is nothing to see of a version, and what to do: wait, try again, or supply a picture by hand.
import { CircleAlert, Hourglass, ImageOff, RotateCw } from "lucide";
import { api, asked, onceKey } from "../../api/client";
import { Icon } from "../../components/icon";
import { Failures } from "../../components/problem";
import { useDoing } from "../../lib/doing";
import { maybe, t } from "../../lib/i18n";
import { colour, ending, making, obstacle, type Rendition, type Version } from "../../state/looks";
import { may } from "../../state/session";
import { SupplyPreview } from "./supply";

export function NoPreview({ version, changed }: { version: Version; changed(): void }) {
  const why = obstacle(version);
  if (making(version) || version.renditions.length === 0 && !why) {
    return (
      <div class="why" role="status">
        <span class="ghost" style={{ backgroundColor: colour(version) ?? undefined }}>{ending(version)}</span>
        <p class="row"><Icon of={Hourglass} />{t("asset.preview_pending")}</p>
      </div>
    );
  }
  const failed = why?.state === "failed";
  return (
    <div class="why">
      <span class="ghost">{ending(version)}</span>
      <p class="row"><Icon of={failed ? CircleAlert : ImageOff} /><b>{t(failed ? "asset.preview_failed" : "asset.preview_none")}</b></p>
      {why?.reason && <p>{maybe(`asset.reason.${why.reason.code}`) ?? why.reason.detail}</p>}
      {why?.reason && <code class="code">{why.reason.code}</code>}
      {may("contributor") && (
        <div class="row">
          {failed && <Retry version={version} changed={changed} />}
          <SupplyPreview version={version} changed={changed} />
        </div>
      )}
    </div>
  );
}

function Retry({ version, changed }: { version: Version; changed(): void }) {
  const doing = useDoing();
  const retry = async (): Promise<void> => {
    for (const each of version.renditions.filter((one) => one.state === "failed")) await again(version, each);
    changed();
  };
  return (
    <>
      <button class="button" {...doing.press("retry", retry)}><Icon of={RotateCw} />{t("action.again")}</button>
      <Failures of={doing} />
    </>
  );
}

const again = (version: Version, rendition: Rendition): Promise<Version> =>
  asked(api.POST("/api/v1/assets/{asset_id}/versions/{number}/renditions/{recipe}/retry", {
    params: {
      path: { asset_id: version.asset_id, number: version.number, recipe: rendition.recipe },
      header: { "Idempotency-Key": onceKey() },
    },
  }));
