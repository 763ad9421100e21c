// Every attempt at a placement and every look at it, the newest first, older ones when asked for.
import { Eye, Send, Trash2 } from "lucide";
import { useEffect, useRef, useState } from "preact/hooks";
import { clock, many, maybe, moment, t } from "../lib/i18n";
import { history } from "../state/places";
import { timeline, type Attempt, type Happening, type Observation, type Placement } from "../state/standing";
import { Icon } from "./icon";
import { Digest } from "./digest";
import { Problem } from "./problem";
import { reason } from "./place-words";
import { Time } from "./time";

const STEP = 10;
const MOST = 200;

interface Known {
  readonly attempts: readonly Attempt[];
  readonly looks: readonly Observation[];
  readonly olderAttempts: boolean;
  readonly olderLooks: boolean;
}

/** The newest `wanted` of each kind; asked anew whenever the placement has moved. */
function useHistory(placement: Placement, wanted: number): { known: Known | undefined; failed: unknown } {
  const [known, setKnown] = useState<Known>();
  const [failed, setFailed] = useState<unknown>();
  const turn = useRef(0);
  useEffect(() => {
    const mine = (turn.current += 1);
    newest(placement.id, wanted).then(
      (found) => mine === turn.current && (setKnown(found), setFailed(undefined)),
      (error: unknown) => mine === turn.current && setFailed(error),
    );
  }, [placement.id, placement.state, placement.attempts, placement.observed?.at, wanted]);
  return { known, failed };
}

async function newest(id: string, wanted: number): Promise<Known> {
  const attempts: Attempt[] = [];
  const looks: Observation[] = [];
  let more = { attempts: true, looks: true };
  while ((more.attempts && attempts.length < wanted) || (more.looks && looks.length < wanted)) {
    const before = { ...(attempts.length ? { attempt: attempts.at(-1)?.number ?? 0 } : {}), ...(looks.length ? { look: looks.at(-1)?.id ?? "" } : {}) };
    const limit = Math.min(MOST, wanted);
    const page = await history(id, before, limit);
    if (more.attempts) attempts.push(...page.attempts);
    if (more.looks) looks.push(...page.observations);
    more = { attempts: page.attempts.length === limit, looks: page.observations.length === limit };
  }
  return { attempts, looks, olderAttempts: more.attempts, olderLooks: more.looks };
}

export function ProofHistory({ placement }: { placement: Placement }) {
  const [wanted, setWanted] = useState(STEP);
  const { known, failed } = useHistory(placement, wanted);
  if (failed !== undefined) return <Problem error={failed} />;
  if (known === undefined) return null;
  const rows = timeline(known.attempts, known.looks, known.olderAttempts, known.olderLooks);
  if (rows.length === 0) return <p class="quiet">{t("places.no_history")}</p>;
  return (
    <section class="proof-history">
      <h3>{t("places.history")}</h3>
      <ol>{rows.map((each) => <Row key={"attempt" in each ? `a${each.attempt.number}` : each.look.id} of={each} placement={placement} />)}</ol>
      {(known.olderAttempts || known.olderLooks) && <button class="button quiet" onClick={() => setWanted(wanted + 2 * STEP)}>{t("places.older")}</button>}
    </section>
  );
}

function Row({ of, placement }: { of: Happening; placement: Placement }) {
  const icon = "attempt" in of ? (of.attempt.sha256 === null ? Trash2 : Send) : Eye;
  return (
    <li>
      <Icon of={icon} />
      <span class="at" title={moment(of.at)}>{clock(of.at)} <span class="quiet"><Time at={of.at} /></span></span>
      {"attempt" in of ? <Try of={of.attempt} /> : <Look of={of.look} placement={placement} />}
    </li>
  );
}

function Try({ of }: { of: Attempt }) {
  const what = t(of.sha256 === null ? "places.try_remove" : "places.try_put", { number: of.number });
  const how = of.outcome === null ? t("places.outcome.running") : maybe(`places.outcome.${of.outcome}`) ?? of.outcome;
  return <span>{what} <span class="quiet">{how}</span> {of.sha256 && <Digest of={of.sha256} />}</span>;
}

function Look({ of, placement }: { of: Observation; placement: Placement }) {
  return (
    <span>
      {maybe(`places.how.${of.how}`) ?? of.how}: {found(of, placement)} {of.sha256 && <Digest of={of.sha256} />}
      {of.looks > 1 && <span class="quiet"> {many("places.looks", of.looks)}</span>}
      {!of.counted && !of.reason && <span class="quiet"> {t("places.not_counted")}</span>}
    </span>
  );
}

function found(look: Observation, placement: Placement): string {
  if (look.reason) return reason(look.reason);
  if (look.absent) return t("places.found_nothing");
  if (look.foreign) return t("places.found_foreign");
  return t(look.sha256 === placement.desired.sha256 ? "places.found_right" : "places.found_ours");
}
