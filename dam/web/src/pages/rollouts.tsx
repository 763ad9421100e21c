// What was set in motion, the newest first: of what, why, from which version to which, and whether it arrived.
import { ArrowRight } from "lucide";
import { Icon } from "../components/icon";
import { More } from "../components/more";
import { Picture } from "../components/picture";
import { State } from "../components/states";
import { Time } from "../components/time";
import { useEvery } from "../lib/every";
import { maybe, t } from "../lib/i18n";
import { useTitle } from "../lib/title";
import { howFar } from "../components/arriving";
import { rollouts as ask, thumbnail, type Rollout } from "../state/places";
import { useHurry } from "../state/live";
import { nameOf } from "../state/names";
import { usePages } from "../state/pages";
import { running, tally } from "../state/standing";
import "./places.css";

const PAUSE = 2000;

export default function Rollouts() {
  useTitle(t("nav.rollouts"));
  const list = usePages("rollouts", (cursor, signal) => ask(cursor, signal), (event) => /^(rollout|recipe|placement|delivery)\./.test(event.type));
  const runs = list.rows.slice(0, 20).some(running);
  useHurry(runs);
  useEvery(PAUSE, runs && list.more === null, list.reload);
  return (
    <div class="page">
      <h1>{t("nav.rollouts")}</h1>
      <ul class="entries">{list.rows.map((each) => <Line key={each.number} rollout={each} />)}</ul>
      <More of={list} none={t("places.no_rollouts")} />
    </div>
  );
}

function Line({ rollout }: { rollout: Rollout }) {
  const { number, version, head_before: before, asset_id: asset } = rollout;
  return (
    <li class="rollout-line">
      <span class="thumb"><Picture src={asset && version !== null ? thumbnail(asset, version) : null} width={1} height={1} colour={null} alt="" /></span>
      <span class="name">
        <a href={`/rollouts/${number}`}>{causeWord(rollout.cause)}{rollout.title && `: ${rollout.title}`}</a>
        <span class="quiet">{t("places.rollout", { number })}, <Time at={rollout.started_at} />, {t("places.by_whom", { name: nameOf(rollout.started_by) })}</span>
      </span>
      {version !== null && (
        <span class="from-to">
          {before !== null && <>{t("places.v", { number: before })} <Icon of={ArrowRight} /> </>}{t("places.v", { number: version })}
        </span>
      )}
      <span class="far quiet">{far(rollout)}</span>
      <State state={rollout.state === "open" && !running(rollout) ? "failed" : rollout.state} {...(rollout.state === "open" && !running(rollout) ? { says: t("places.needs_you") } : {})} />
    </li>
  );
}

/** How far it is; nothing where nothing had to move. */
function far(rollout: Rollout): string {
  const count = tally(rollout.counts, []);
  return count.all === 0 && rollout.state === "done" ? t("places.no_place") : howFar(rollout, count);
}

const causeWord = (cause: string): string => maybe(`places.cause.${cause}`) ?? cause;
