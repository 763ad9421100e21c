// One rollout: old and new, then every place in a column for each channel, as it arrives. Rolling it back is the same
// decision the other way.
import { ArrowRight } from "lucide";
import { useState } from "preact/hooks";
import { api, asked } from "../api/client";
import { Arriving, useArrival } from "../components/arriving";
import { Decide, type Decision } from "../components/decide";
import { Icon } from "../components/icon";
import { Side } from "../components/old-new";
import { Failures, Problem } from "../components/problem";
import { Time } from "../components/time";
import { useDoing } from "../lib/doing";
import { maybe, moment, t } from "../lib/i18n";
import { go, place, withQuery, type Params } from "../lib/route";
import { useTitle } from "../lib/title";
import type { Rollout } from "../state/places";
import type { Asset, Version } from "../state/decisions";
import { nameOf } from "../state/names";
import { useResource } from "../state/resource";
import { may } from "../state/session";
import "./places.css";

export default function Page({ params }: { params: Params }) {
  const number = Number(params["number"]);
  const arrival = useArrival(Number.isInteger(number) && number > 0 ? number : 0);
  const { rollout } = arrival;
  useTitle(t("places.rollout", { number }));
  if (!rollout) return arrival.error === undefined ? null : <div class="page"><Problem error={arrival.error} retry={() => void arrival.reload()} /></div>;
  return (
    <div class="page">
      <header class="stack">
        <p class="quiet"><a href="/rollouts">{t("nav.rollouts")}</a></p>
        <div class="row spread">
          <h1>{maybe(`places.cause.${rollout.cause}`) ?? rollout.cause}{rollout.title && <>: <a class="plain" href={`/assets/${rollout.asset_id}`}>{rollout.title}</a></>}</h1>
          <Back of={rollout} />
        </div>
        <p class="quiet">
          {t("places.rollout", { number })}, <Time at={rollout.started_at} /> ({moment(rollout.started_at)}), {t("places.by_whom", { name: nameOf(rollout.started_by) })}
        </p>
        {rollout.note && rollout.asset_id && <blockquote class="said">{rollout.note}</blockquote>}
      </header>
      {rollout.asset_id && <Change of={rollout} assetId={rollout.asset_id} />}
      <Arriving
        arrival={arrival} page open={place.value.query.get("proof")}
        toggle={(id, open) => go(withQuery({ proof: open ? id : null }), { replace: true })}
      />
    </div>
  );
}

function Change({ of, assetId }: { of: Rollout; assetId: string }) {
  const moves = of.cause === "approval" || of.cause === "rollback";
  return (
    <div class="old-new">
      {moves && <><Side assetId={assetId} number={of.head_before} says={t("places.before")} /><Icon of={ArrowRight} size={24} /></>}
      <Side assetId={assetId} number={of.version} says={t(moves ? "places.after" : "places.shows")} />
    </div>
  );
}

interface Ready {
  readonly asset: Asset;
  readonly version: Version;
  readonly decision: Decision;
}

/** Rolling back: to what was approved before, or to nothing. Only as long as nobody has decided anew. */
function Back({ of }: { of: Rollout }) {
  const [ready, setReady] = useState<Ready | null>(null);
  const doing = useDoing();
  const asset = useResource(
    of.asset_id && (of.cause === "approval" || of.cause === "rollback") && may("approver") ? `asset/${of.asset_id}` : null,
    (signal) => asked(api.GET("/api/v1/assets/{asset_id}", { params: { path: { asset_id: of.asset_id ?? "" } }, signal })),
    (event) => event.asset_id === of.asset_id,
  );
  const now = asset.data;
  const target = of.head_before ?? of.version;
  const undoable = now !== undefined && of.version !== null && now.approved?.number === of.version;
  const open = async (): Promise<void> => {
    if (now === undefined || target === null) return;
    const version = await asked(api.GET("/api/v1/assets/{asset_id}/versions/{number}", { params: { path: { asset_id: now.id, number: target } } }));
    setReady({ asset: now, version, decision: of.head_before === null ? "withdraw" : "rollback" });
  };
  return (
    <>
      {undoable && <button class="button" {...doing.press("open", open)}>{of.head_before === null ? t("places.do.withdraw") : t("places.back_to", { number: of.head_before })} …</button>}
      <Failures of={doing} />
      {ready && <Decide {...ready} onClose={() => setReady(null)} />}
    </>
  );
}
