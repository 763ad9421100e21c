// What a decision will touch: every place by channel with before and after, and first of all what does not fit.
import { TriangleAlert } from "lucide";
import { many, t } from "../lib/i18n";
import { byChannel } from "../state/standing";
import type { Effect, Row } from "../state/decisions";
import { thumbnail } from "../state/places";
import { Icon } from "./icon";
import { Picture } from "./picture";
import { reason, recipeWord } from "./place-words";
import "./arriving.css";

export function Affected({ plan, assetId }: { plan: Effect; assetId: string }) {
  if (plan.rows.length === 0) return null;
  const rows = plan.rows.toSorted((one, other) => other.problems.length - one.problems.length);
  return (
    <div class="affected">
      <p>
        {many("places.will_change", plan.moved)}
        {plan.kept > 0 && <span class="quiet"> {many("places.will_keep", plan.kept)}</span>}
        {plan.troubled > 0 && <strong class="troubled"> {many("places.have_problems", plan.troubled)}</strong>}
      </p>
      {plan.rows.length < plan.moved + plan.kept && <p class="quiet">{t("places.first_shown", { count: plan.rows.length })}</p>}
      <div class="channels">
        {byChannel(rows, (each) => each).map((group) => (
          <section key={group.id}>
            <h3>{group.channel} <span class="quiet">{many("places.n_places", group.rows.length)}</span></h3>
            <ul class="place-list">{group.rows.map((each) => <Place key={each.id} row={each} assetId={assetId} />)}</ul>
          </section>
        ))}
      </div>
    </div>
  );
}

function Place({ row, assetId }: { row: Row; assetId: string }) {
  const stays = row.action === "none";
  const name = (number: number | null): string => (number === null ? t("places.nothing") : t("places.v", { number }));
  return (
    <li class="place">
      <span class="what">
        <span class="remote">{row.remote}</span>
        <span class="as quiet">{recipeWord(row.recipe)}{row.follow !== "approved" && `, ${t("places.pinned", { number: row.follow })}`}</span>
      </span>
      <span class={stays ? "change quiet" : "change"}>
        <Small assetId={assetId} number={row.before} />
        {stays ? t("places.stays", { version: name(row.before) }) : t("places.from_to", { before: name(row.before), after: name(row.after) })}
        {!stays && <Small assetId={assetId} number={row.after} />}
      </span>
      {row.problems.map((each) => <span class="trouble" key={each.code}><span class="state warns"><Icon of={TriangleAlert} /></span><span>{reason(each)}</span></span>)}
    </li>
  );
}

/** What is or will be seen there; an empty frame for nothing. The words beside it say the same. */
function Small({ assetId, number }: { assetId: string; number: number | null }) {
  if (number === null) return <span class="small-look nothing" aria-hidden="true" />;
  return <span class="small-look"><Picture src={thumbnail(assetId, number)} width={4} height={3} colour={null} alt="" /></span>;
}
