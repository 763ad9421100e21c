// What happened to the asset, the newest first: who did what when, in sentences.
import { api, asked } from "../../api/client";
import { More } from "../../components/more";
import { Time } from "../../components/time";
import { many, maybe, t, type Counted, type Key } from "../../lib/i18n";
import type { Asset } from "../../state/asset";
import { ofPages } from "../../state/live";
import { nameOf } from "../../state/names";
import { usePages } from "../../state/pages";
import { grouped, told, type Told } from "../../state/told";

const AT_ONCE = 20;
const NEWEST = Number.MAX_SAFE_INTEGER;

export function History({ asset }: { asset: Asset }) {
  const events = usePages(
    `history/${asset.id}`,
    (cursor, signal) => asked(api.GET("/api/v1/events", {
      params: { query: { asset: asset.id, before: Number(cursor ?? NEWEST), limit: AT_ONCE } }, ...(signal ? { signal } : {}),
    })),
    (event) => event.asset_id === asset.id && !ofPages(event),
  );
  return (
    <div class="history">
      <ol>
        {grouped(events.rows).map(({ event, times }) => {
          const said = told(event);
          return (
            <li key={event.number}>
              <span>{sentenceOf(said, nameOf(event.principal), times)}{said.rollout !== undefined && <> <a href={`/rollouts/${said.rollout}`}>{t("asset.rollout", { number: said.rollout })}</a></>}</span>
              {said.note && <q class="quiet">{maybe(`asset.reason.${said.values["code"] ?? ""}`) ?? said.note}</q>}
              <span class="quiet small"><Time at={event.at} /></span>
            </li>
          );
        })}
      </ol>
      <More of={events} none="" />
    </div>
  );
}

/** What we have no sentence for is told in the service's own word. */
function sentenceOf(said: Told, name: string, times: number): string {
  const values = { ...said.values, who: said.system ? t("asset.service") : name || "…" };
  if (said.parts) return t("asset.event.edited", { ...values, parts: said.parts.map((part) => maybe(`asset.part.${part}`) ?? part).join(", ") });
  const key = `asset.event.${said.key}`;
  if (times > 1 && maybe(`${key}.times.other`) !== null) return many(`${key}.times` as Counted, times, values);
  return maybe(key) === null ? `${values.who}: ${said.key}` : t(key as Key, values);
}
