// What is shown now and what will be: two pictures and an arrow, so that nobody approves the wrong one.
import { ArrowRight } from "lucide";
import type { Schemas } from "../api/client";
import { t } from "../lib/i18n";
import { thumbnail } from "../state/places";
import type { Decision } from "../state/decisions";
import { Icon } from "./icon";
import { Picture } from "./picture";

interface Props {
  readonly asset: Schemas["Asset"];
  readonly version: Schemas["Version"];
  readonly decision: Decision;
}

export function OldNew({ asset, version, decision }: Props) {
  const judged = decision === "reject" || decision === "revoke";
  const old = judged ? null : asset.approved?.number ?? null;
  const next = decision === "withdraw" ? null : version.number;
  return (
    <div class="old-new">
      {!judged && <><Side assetId={asset.id} number={old} says={t("places.now")} /><Icon of={ArrowRight} size={24} /></>}
      <Side assetId={asset.id} number={next} says={t(judged ? "places.this_one" : "places.then")} />
      {!judged && decision !== "withdraw" && version.rationale && <blockquote>{version.rationale}</blockquote>}
    </div>
  );
}

/** A version's picture with its number; nothing, where nothing is shown. */
export function Side({ assetId, number, says }: { assetId: string; number: number | null; says: string }) {
  const name = number === null ? t("places.nothing") : t("places.version", { number });
  return (
    <figure>
      {number === null
        ? <span class="picture empty" />
        : <Picture src={thumbnail(assetId, number)} width={4} height={3} colour={null} alt={name} instead={name} eager />}
      <figcaption><span class="quiet">{says}</span> {name}</figcaption>
    </figure>
  );
}
