// Waiting for me: what needs this person's decision or hand, the oldest first, each with its action beside it.
import { Coffee } from "lucide";
import { useState } from "preact/hooks";
import { api, asked, onceKey, type Schemas } from "../api/client";
import { Decide, type Decision } from "../components/decide";
import { Health } from "../components/health";
import { Icon } from "../components/icon";
import { Picture } from "../components/picture";
import { PlaceRow } from "../components/place-row";
import { Failures, Problem } from "../components/problem";
import { reason } from "../components/place-words";
import { Time } from "../components/time";
import { useDoing } from "../lib/doing";
import { useEvery } from "../lib/every";
import { maybe, t } from "../lib/i18n";
import { useTitle } from "../lib/title";
import { waiting, type Waiting } from "../state/inbox";
import { checkChannel, type Channel } from "../state/places";
import { nameOf } from "../state/names";
import { useResource } from "../state/resource";
import { may } from "../state/session";
import "./places.css";

const PAUSE = 1000;

export default function Inbox() {
  useTitle(t("nav.inbox"));
  const found = useResource("inbox", (signal) => waiting(signal), (event) => /^(version|asset|placement|delivery|rollout|channel|work)\./.test(event.type));
  const reload = (): void => void found.reload();
  // Here, not in its row: what is decided leaves the list while one watches it arrive.
  const [deciding, setDeciding] = useState<Deciding | null>(null);
  useEvery(PAUSE, found.data?.behind === true, found.reload);
  return (
    <div class="page">
      <h1>{t("nav.inbox")}</h1>
      {found.error !== undefined && <Problem error={found.error} retry={reload} />}
      {found.data && <Everything of={found.data} reload={reload} decide={setDeciding} />}
      {deciding && <Decide {...deciding} onClose={() => (setDeciding(null), reload())} />}
    </div>
  );
}

interface Deciding {
  readonly asset: Schemas["Asset"];
  readonly version: Schemas["Version"];
  readonly decision: Decision;
}

function Everything({ of, reload, decide }: { of: Waiting; reload(): void; decide(what: Deciding): void }) {
  if (of.count === 0) {
    return <div class="nothing-waits"><Icon of={Coffee} size={24} /><p>{t("places.inbox_empty")}</p><p class="quiet">{t("places.inbox_empty_says")}</p></div>;
  }
  return (
    <>
      {of.placements.length > 0 && (
        <section class="stack">
          <h2>{t("places.inbox_placements")}</h2>
          <ul class="place-list">{of.placements.map((each) => <PlaceRow key={each.id} placement={each} asset changed={reload} />)}</ul>
        </section>
      )}
      {of.channels.length > 0 && (
        <section class="stack">
          <h2>{t("places.inbox_channels")}</h2>
          <ul class="entries">{of.channels.map((each) => <Away key={each.id} channel={each} reload={reload} />)}</ul>
        </section>
      )}
      {of.drafts.length > 0 && (
        <section class="stack">
          <h2>{t("places.decisions")}</h2>
          <ul class="entries">{of.drafts.map((each) => <Draft key={each.id} asset={each} decide={decide} />)}</ul>
          {of.more && <p><a href={`/?q=${encodeURIComponent("status:draft")}`}>{t("places.all_drafts")}</a></p>}
        </section>
      )}
      {of.work.length > 0 && (
        <section class="stack">
          <h2>{t("places.inbox_work")}</h2>
          <ul class="entries">{of.work.map((each) => <Job key={each.id} job={each} reload={reload} />)}</ul>
        </section>
      )}
    </>
  );
}

function Draft({ asset, decide }: { asset: Schemas["Asset"]; decide(what: Deciding): void }) {
  const doing = useDoing();
  const { latest } = asset;
  if (latest === null) return null;
  const begin = async (decision: Decision): Promise<void> => {
    const version = await asked(api.GET("/api/v1/assets/{asset_id}/versions/{number}", { params: { path: { asset_id: asset.id, number: latest.number } } }));
    decide({ asset, version, decision });
  };
  return (
    <li>
      <span class="thumb large"><Picture src={latest.thumbnail} width={4} height={3} colour={latest.colour} alt="" /></span>
      <span class="name">
        <a href={`/assets/${asset.id}`}>{asset.title}</a>
        <span class="quiet">{t("places.version", { number: latest.number })}, <Time at={asset.updated_at} />, {t("places.by_whom", { name: nameOf(asset.created_by) })}</span>
        <Failures of={doing} />
      </span>
      <span class="row">
        <button class="button quiet" {...doing.press("begin", () => begin("reject"))} aria-label={`${t("places.do.reject", { number: latest.number })}: ${asset.title}`}>{t("places.reject")}</button>
        <button class="button" {...doing.press("begin", () => begin("approve"))} aria-label={`${t("places.do.approve", { number: latest.number })}: ${asset.title}`}>{t("places.approve")}</button>
      </span>
    </li>
  );
}

/** A button that does one thing and says what was refused. */
function Act({ says, act, reload }: { says: string; act(): Promise<unknown>; reload(): void }) {
  const doing = useDoing();
  const run = async (): Promise<void> => (await act(), reload());
  return <><Failures of={doing} /><button class="button" {...doing.press("act", run)}>{says}</button></>;
}

function Away({ channel, reload }: { channel: Channel; reload(): void }) {
  return (
    <li>
      <span class="name">
        <a href={`/channels/${channel.id}`}>{channel.name}</a>
        {channel.unreachable && <span>{reason(channel.unreachable)}</span>}
        {channel.next_check_at && <span class="quiet">{t("places.again")} <Time at={channel.next_check_at} /></span>}
      </span>
      <Health of={channel} />
      {may("contributor") && <Act says={t("places.check")} act={() => checkChannel(channel.id)} reload={reload} />}
    </li>
  );
}

function Job({ job, reload }: { job: Schemas["Job"]; reload(): void }) {
  const retry = (): Promise<unknown> =>
    asked(api.POST("/api/v1/work/{job_id}/retry", { params: { path: { job_id: job.id }, header: { "Idempotency-Key": onceKey() } } }));
  return (
    <li>
      <span class="name">
        <b>{maybe(`settings.task.${job.task}`) ?? job.task}</b>
        <span class="quiet"><Time at={job.created_at} /></span>
        {job.reason && <span>{job.reason.detail} <code class="quiet">{job.reason.code}</code></span>}
      </span>
      <Act says={t("action.again")} act={retry} reload={reload} />
    </li>
  );
}
