// Where an asset lives: its placements with their proof, and a new one. Follows what happens by itself.
import { Plus } from "lucide";
import { useState } from "preact/hooks";
import { api, asked, type Schemas } from "../api/client";
import { useEvery } from "../lib/every";
import { t } from "../lib/i18n";
import { useHurry } from "../state/live";
import { placements, upTo } from "../state/places";
import { useResource } from "../state/resource";
import { may } from "../state/session";
import { moving, worstFirst } from "../state/standing";
import { Icon } from "./icon";
import { PlaceForm } from "./place-form";
import { PlaceRow } from "./place-row";
import { Problem } from "./problem";

const MOST = 500;
const PAUSE = 1000;

export function PlacesOf({ assetId }: { assetId: string }) {
  const places = useResource(
    `places-of/${assetId}`,
    (signal) => upTo(MOST, (cursor, limit) => placements({ asset: assetId }, cursor, limit, signal)),
    (event) => event.asset_id === assetId || event.type.startsWith("channel."),
  );
  const [adding, setAdding] = useState(false);
  const rows = (places.data?.data ?? []).toSorted(worstFirst);
  const runs = rows.some(moving);
  useHurry(runs);
  useEvery(PAUSE, runs, places.reload);
  const changed = (): void => void places.reload();
  return (
    <section class="places-of">
      <div class="row spread">
        <h2>{t("places.where")}</h2>
        {may("approver") && !adding && <button class="button" onClick={() => setAdding(true)}><Icon of={Plus} />{t("places.add")}</button>}
      </div>
      {adding && <NewPlace assetId={assetId} close={() => setAdding(false)} changed={changed} />}
      {places.error !== undefined && <Problem error={places.error} retry={changed} />}
      {places.data && rows.length === 0 && !adding && <p class="quiet">{t("places.nowhere")}</p>}
      <ul class="place-list">{rows.map((each) => <PlaceRow key={each.id} placement={each} changed={changed} />)}</ul>
    </section>
  );
}

const hasLook = (version?: Schemas["Version"]): boolean => version?.renditions.some((each) => each.display && each.state !== "not_applicable") ?? false;

function NewPlace({ assetId, close, changed }: { assetId: string; close(): void; changed(): void }) {
  const versions = useResource(`versions/${assetId}`, (signal) =>
    asked(api.GET("/api/v1/assets/{asset_id}/versions", { params: { path: { asset_id: assetId }, query: { limit: 200 } }, signal })));
  if (versions.error !== undefined) return <Problem error={versions.error} retry={() => void versions.reload()} />;
  if (!versions.data) return null;
  const { data } = versions.data;
  return (
    <PlaceForm
      assetId={assetId} filename={data[0]?.filename ?? ""} kind={data[0]?.kind ?? ""} seen={hasLook(data[0])} approved={data.filter((each) => each.status === "approved").map((each) => each.number)}
      done={() => (close(), changed())} cancel={close}
    />
  );
}
