// What is behind the chip: what should be there, what was read, how we know, what happens next and what can be done.
import { useEffect, useRef, useState } from "preact/hooks";
import { maybe, moment, t } from "../lib/i18n";
import { useEvery } from "../lib/every";
import { placement as ask } from "../state/places";
import { useEvents, useHurry } from "../state/live";
import { moving, type Placement } from "../state/standing";
import { Digest } from "./digest";
import { reason, recipeWord } from "./place-words";
import { ProofActions } from "./proof-actions";
import { ProofHistory } from "./proof-history";
import { tone } from "./states";
import { Time } from "./time";

const PAUSE = 1000;
const PATIENCE = 20_000;

/** The newest that is known of a placement while somebody looks at it closely. `watch`: something was just asked for. */
function useCloseLook(given: Placement): { now: Placement; watch(): void; refresh(): Promise<void> } {
  const [seen, setSeen] = useState<{ from: Placement; now: Placement }>({ from: given, now: given });
  const [until, setUntil] = useState(0);
  const now = seen.from === given ? seen.now : given;
  const turn = useRef(0);
  const latest = useRef(given);
  latest.current = given;
  const refresh = async (): Promise<void> => {
    const mine = (turn.current += 1);
    const from = latest.current;
    const found = await ask(given.id);
    if (mine === turn.current) setSeen({ from, now: found }); // a later question's answer is the newer one
  };
  const watching = Date.now() < until;
  useEvery(PAUSE, moving(now) || watching, refresh);
  useHurry(moving(now) || watching);
  useEvents((events) => void (events.some((each) => each.data["placement_id"] === given.id) && refresh().catch(() => undefined)));
  useEffect(() => {
    if (!watching) return;
    const timer = setTimeout(() => setUntil(0), until - Date.now());
    return () => clearTimeout(timer);
  }, [until]);
  return { now, refresh, watch: () => setUntil(Date.now() + PATIENCE) };
}

export function ProofDetails({ placement, changed }: { placement: Placement; changed?: (() => void) | undefined }) {
  const { now, watch, refresh } = useCloseLook(placement);
  const done = async (): Promise<void> => {
    watch();
    await refresh();
    changed?.();
  };
  return (
    <div class="proof-details">
      <dl>
        <Fact name={t("places.should")}><Desired of={now} /></Fact>
        <Fact name={t("places.read")}><Observed of={now} /></Fact>
        <Fact name={t("places.know")}>{evidence(now)}</Fact>
        {now.reason && <Fact name={t("places.why")}>{reason(now.reason)} <code class="quiet">{now.reason.code}</code></Fact>}
        {now.next_attempt_at && <Fact name={t("places.next")}><Time at={now.next_attempt_at} /> <span class="quiet">{moment(now.next_attempt_at)}</span></Fact>}
        <Fact name={t("places.at")}><code>{now.remote}</code> <Address of={now} /></Fact>
      </dl>
      <ProofActions placement={now} done={done} />
      <ProofHistory placement={now} />
    </div>
  );
}

function Fact({ name, children }: { name: string; children: preact.ComponentChildren }) {
  return <div><dt>{name}</dt><dd>{children}</dd></div>;
}

function Desired({ of: { desired, recipe } }: { of: Placement }) {
  if (desired.version === null) return <>{t("places.nothing_there")}</>;
  return (
    <>
      {t("places.version_as", { number: desired.version, recipe: recipeWord(recipe) })}{" "}
      {desired.sha256 ? <Digest of={desired.sha256} /> : <span class="quiet">{t("places.being_made")}</span>}
    </>
  );
}

function Observed({ of: { observed, desired } }: { of: Placement }) {
  if (observed === null) return <span class="quiet">{t("places.never_read")}</span>;
  const when = <span class="quiet" title={moment(observed.at)}><Time at={observed.at} /></span>;
  if (observed.sha256 === null) return <>{t(observed.absent ? "places.nothing_read" : "places.not_seen")} {when}</>;
  const same = observed.sha256 === desired.sha256;
  return <>{same ? t("places.same_bytes") : t("places.other_bytes")} <Digest of={observed.sha256} /> {when}</>;
}

/** The remote address, where the kind knows one: only one of the web's own. */
export function Address({ of: { url } }: { of: Placement }) {
  if (url === null || !/^https?:\/\//.test(url)) return null;
  return <a href={url} target="_blank" rel="noopener noreferrer">{t("places.open")}</a>;
}

/** How it was proven; for what is not as it should be any more, that this was then. */
function evidence({ evidence: kind, state, verified_at: at }: Placement): string {
  if (kind === null) return t(state === "withdrawn" ? "places.evidence.gone" : "places.evidence.none");
  const says = maybe(`places.evidence.${kind}`) ?? kind;
  return at !== null && tone(state) !== "proven" ? t("places.evidence_then", { at: moment(at), says }) : says;
}
