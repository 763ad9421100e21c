// One channel: does it work, what goes there, and how it is set up.
import { useState } from "preact/hooks";
import { ChannelForm, kindWord } from "../components/channel-form";
import { every } from "../components/every";
import { Health } from "../components/health";
import { Failures, Problem } from "../components/problem";
import { reason, recipeWord } from "../components/place-words";
import { Board } from "../components/board";
import { Time } from "../components/time";
import { useDoing } from "../lib/doing";
import { many, maybe, moment, t } from "../lib/i18n";
import { go, type Params } from "../lib/route";
import { useTitle } from "../lib/title";
import { auditChannel, channel as ask, checkChannel, kinds as askKinds, removeChannel, type Channel } from "../state/places";
import { nameOf } from "../state/names";
import { useResource, type Resource } from "../state/resource";
import { may } from "../state/session";
import "./places.css";

export default function Page({ params }: { params: Params }) {
  const id = params["id"] ?? "";
  const channel = useResource(`channel/${id}`, (signal) => ask(id, signal), (event) => event.data["channel_id"] === id);
  useTitle(channel.data?.name ?? t("places.channel"));
  if (channel.data === undefined) return channel.error === undefined ? null : <div class="page"><Problem error={channel.error} retry={() => void channel.reload()} /></div>;
  return <One of={channel} now={channel.data} key={id} />;
}

function One({ of, now }: { of: Resource<Channel>; now: Channel }) {
  const [editing, setEditing] = useState(false);
  return (
    <div class="page">
      <header class="stack">
        <p class="quiet"><a href="/channels">{t("places.channels")}</a></p>
        <div class="row"><h1>{now.name}</h1><Health of={now} /></div>
        {now.unreachable && <p class="trouble-says">{reason(now.unreachable)} <code class="quiet">{now.unreachable.code}</code> {now.next_check_at && <span class="quiet">{t("places.again")} <Time at={now.next_check_at} />.</span>}</p>}
      </header>
      <Connection of={of} now={now} />
      <section class="stack">
        <div class="row spread">
          <h2>{t("places.configuration")}</h2>
          {may("manager") && !editing && <button class="button" onClick={() => setEditing(true)}>{t("places.edit")}</button>}
        </div>
        {editing ? <Edit of={of} now={now} close={() => setEditing(false)} /> : <Configuration of={now} />}
      </section>
      <section class="stack">
        <h2>{t("places.places")}</h2>
        <Board channel={now.id} none={<p class="quiet">{t("places.empty_board_place")}</p>} />
      </section>
      {may("manager") && <Remove id={now.id} />}
    </div>
  );
}

/** Asking the destination now, and having every place looked at, each with a clear answer. */
function Connection({ of, now }: { of: Resource<Channel>; now: Channel }) {
  const doing = useDoing();
  const [said, setSaid] = useState<"" | "checked" | number>("");
  const press = (what: string, act: () => Promise<"checked" | number>) => doing.press(what, async () => {
    setSaid("");
    setSaid(await act());
  });
  const check = async (): Promise<"checked"> => (of.set(await checkChannel(now.id)), "checked");
  const audit = async (): Promise<number> => (await auditChannel(now.id)).placements;
  const answer = said === "checked" ? t(now.unreachable ? "places.channel_unreached" : "places.channel_reached") : typeof said === "number" ? many("places.audited", said) : "";
  return (
    <section class="stack">
      <div class="row">
        {may("contributor") && <button class="button" {...press("check", check)}>{t("places.check")}</button>}
        {may("contributor") && <button class="button" {...press("audit", audit)}>{t("places.audit")}</button>}
        <span class="quiet">{now.checked_at ? <>{t("places.checked")} <Time at={now.checked_at} /></> : t("places.checked_never")}</span>
      </div>
      <p role="status" class={answer ? "" : "visually-hidden"}>{doing.busy() ? t("places.checking") : answer}</p>
      <Failures of={doing} />
    </section>
  );
}

function Configuration({ of }: { of: Channel }) {
  return (
    <dl class="facts">
      <div><dt>{t("places.kind")}</dt><dd>{kindWord(of.kind)}</dd></div>
      {Object.entries(of.config).map(([name, value]) => (
        <div key={name}><dt>{maybe(`places.schema.${name}`) ?? name}</dt><dd>{typeof value === "boolean" ? t(value ? "places.yes" : "places.no") : <code>{String(value)}</code>}</dd></div>
      ))}
      <div><dt>{t("places.recipe")}</dt><dd>{recipeWord(of.recipe)}</dd></div>
      <div><dt>{t("places.on_drift")}</dt><dd>{t(of.on_drift === "repair" ? "places.on_drift.repair" : "places.on_drift.report")}</dd></div>
      <div><dt>{t("places.audits")}</dt><dd>{every(of.audit_every_s)}</dd></div>
      <div><dt>{t("places.created_by")}</dt><dd>{t("places.by_whom", { name: nameOf(of.created_by) })}, {moment(of.created_at)}</dd></div>
    </dl>
  );
}

function Edit({ of, now, close }: { of: Resource<Channel>; now: Channel; close(): void }) {
  const kinds = useResource("kinds", (signal) => askKinds(signal));
  if (!kinds.data) return kinds.error === undefined ? null : <Problem error={kinds.error} retry={() => void kinds.reload()} />;
  return <ChannelForm kinds={kinds.data.data} channel={now} done={(changed) => (of.set(changed), close())} cancel={close} />;
}

function Remove({ id }: { id: string }) {
  const [asking, setAsking] = useState(false);
  const doing = useDoing();
  const remove = async (): Promise<void> => {
    await removeChannel(id);
    go("/channels", { replace: true });
  };
  return (
    <section class="stack">
      {!asking && <button class="button quiet start" onClick={() => setAsking(true)}>{t("places.remove")}</button>}
      {asking && (
        <fieldset class="choice">
          <p>{t("places.remove_says")}</p>
          <div class="row">
            <button class="button danger" {...doing.press("remove", remove)}>{t("places.remove_do")}</button>
            <button class="button quiet" onClick={() => setAsking(false)}>{t("action.cancel")}</button>
          </div>
        </fieldset>
      )}
      <Failures of={doing} />
    </section>
  );
}
