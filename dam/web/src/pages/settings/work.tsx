// Work of the service's own that it has set aside, with its reason; a person lets it start anew.
import { api, asked, onceKey, type Schemas } from "../../api/client";
import { More } from "../../components/more";
import { Failures } from "../../components/problem";
import { Time } from "../../components/time";
import { useDoing } from "../../lib/doing";
import { many, maybe, t } from "../../lib/i18n";
import { usePages } from "../../state/pages";

export function Work() {
  const work = usePages("work", (cursor, signal) =>
    asked(api.GET("/api/v1/work", { params: { query: { state: "set_aside", ...(cursor ? { cursor } : {}) } }, ...(signal ? { signal } : {}) })));
  return (
    <>
      <p>{t("settings.work_says")}</p>
      <ul class="lines">{work.rows.map((job) => <Line key={job.id} job={job} reload={work.reload} />)}</ul>
      <More of={work} none={t("settings.no_work")} />
    </>
  );
}

function Line({ job, reload }: { job: Schemas["Job"]; reload(): Promise<void> }) {
  const doing = useDoing();
  const retry = async (): Promise<void> => {
    await asked(api.POST("/api/v1/work/{job_id}/retry", { params: { path: { job_id: job.id }, header: { "Idempotency-Key": onceKey() } } }));
    await reload();
  };
  const asset = job.ids["asset_id"];
  const name = maybe(`settings.task.${job.task}`) ?? job.task;
  return (
    <li>
      <span class="name">
        <b>{name}</b>
        <span class="quiet"><Time at={job.created_at} />, {many("settings.tries", job.tries)}</span>
        {job.reason && <span>{job.reason.detail} <code>{job.reason.code}</code></span>}
        {typeof asset === "string" && <a href={`/assets/${asset}`}>{t("settings.its_asset")}</a>}
      </span>
      <button class="button" {...doing.press("retry", retry)}>{t("action.again")}</button>
      <Failures of={doing} />
    </li>
  );
}
