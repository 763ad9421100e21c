// Placements as a board: counts by state that are filters, rows by channel, the worst first. What is filtered and what is
// open is in the address.
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useDoing } from "../lib/doing";
import { useEvery } from "../lib/every";
import { many, number, t } from "../lib/i18n";
import { go, place, withQuery } from "../lib/route";
import { useHurry } from "../state/live";
import { board, STEP, type Shown } from "../state/board";
import { repair, retry, verify } from "../state/places";
import { useResource } from "../state/resource";
import { may } from "../state/session";
import { byChannel, foreign, moving, type Placement } from "../state/standing";
import { PlaceRow } from "./place-row";
import { Problem } from "./problem";
import { StateIcon, tone, word, WORST_FIRST } from "./states";
import "./board.css";

const PAUSE = 1500;

export function Board({ channel, none }: { channel?: string; none: ComponentChildren }) {
  const state = place.value.query.get("state");
  const open = place.value.query.get("proof");
  const [wanted, setWanted] = useState(STEP);
  const shown = useResource(
    `board/${channel ?? ""}/${state ?? ""}`,
    (signal) => board({ ...(channel ? { channel } : {}), ...(state ? { state } : {}) }, wanted, signal),
    (event) => /^(placement|delivery|rollout|channel|asset|version)\./.test(event.type),
  );
  useEffect(() => void (wanted > STEP && shown.reload()), [wanted]);
  const rows = shown.data?.rows ?? [];
  const runs = rows.some(moving);
  useHurry(runs);
  useEvery(PAUSE, runs, shown.reload);
  const changed = (): void => void shown.reload();
  if (shown.data === undefined) return shown.error === undefined ? null : <Problem error={shown.error} retry={changed} />;
  if (shown.data.all === 0 && state === null) return <>{none}</>;
  return (
    <div class="board">
      <Filters of={shown.data} state={state} />
      {shown.error !== undefined && <Problem error={shown.error} retry={changed} />}
      {state !== null && rows.length > 0 && <All key={state} state={state} rows={rows} changed={changed} />}
      {rows.length === 0 && <p class="quiet">{t("places.none_in_state")}</p>}
      {byChannel(rows, (each) => each).map((group) => (
        <section key={group.id}>
          {!channel && <h2><a href={`/channels/${group.id}`}>{group.channel}</a> {!shown.data?.more && <span class="quiet">{many("places.n_places", group.rows.length)}</span>}</h2>}
          <ul class="place-list">
            {group.rows.map((each) => (
              <PlaceRow
                key={each.id} placement={each} asset changed={changed} open={open === each.id}
                toggle={(opened) => go(withQuery({ proof: opened ? each.id : null }), { replace: true })}
              />
            ))}
          </ul>
        </section>
      ))}
      {shown.data.more && <button class="button start" onClick={() => setWanted(wanted + STEP)}>{t("action.more")}</button>}
    </div>
  );
}

/** One button for each state that there is; pressed, it is the filter. */
function Filters({ of, state }: { of: Shown; state: string | null }) {
  const listed = WORST_FIRST.filter((each) => each !== "withdrawn" && (each === state || (of.counts[each] ?? 0) > 0));
  return (
    <div class="filters" role="group" aria-label={t("places.filter")}>
      {listed.map((each) => {
        const count = of.counts[each] ?? 0;
        return (
          <button key={each} class={`filter ${tone(each)}`} aria-pressed={each === state} onClick={() => go(withQuery({ state: each === state ? null : each, proof: null }))}>
            <StateIcon state={each} /><span>{word(each)}</span><b>{number(count)}</b>
          </button>
        );
      })}
    </div>
  );
}

const AT_ONCE = 4;

/** The same for every row that is shown, a few at a time; says how many could not be asked. */
function All({ state, rows, changed }: { state: string; rows: readonly Placement[]; changed(): void }) {
  const [left, setLeft] = useState(0);
  const [failed, setFailed] = useState<readonly unknown[]>([]);
  const doing = useDoing();
  const run = async (act: (id: string) => Promise<unknown>, chosen: readonly Placement[]): Promise<void> => {
    const queue = chosen.map((each) => each.id);
    const wrong: unknown[] = [];
    setLeft(queue.length);
    const worker = async (): Promise<void> => {
      for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
        await act(id).catch((error: unknown) => wrong.push(error));
        setLeft((now) => now - 1);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    setFailed(wrong);
    changed();
  };
  const ours = rows.filter((each) => !foreign(each));
  const sent = rows.filter((each) => each.attempts > 0);
  return (
    <div class="row">
      {may("contributor") && ["retrying", "failed"].includes(state) && ours.length > 0 && <button class="button" {...doing.press("all", () => run(retry, ours))}>{t("places.retry_all")}</button>}
      {may("approver") && ["drifted", "failed"].includes(state) && ours.length > 0 && <button class="button" {...doing.press("all", () => run((id) => repair(id, false), ours))}>{t("places.repair_all")}</button>}
      {may("contributor") && sent.length > 0 && <button class="button" {...doing.press("all", () => run(verify, sent))}>{t("places.verify_all")}</button>}
      <span role="status" class="quiet">{left > 0 ? many("places.left", left) : failed.length > 0 ? many("places.refused", failed.length) : ""}</span>
      {failed.length > 0 && <Problem error={failed[0]} />}
    </div>
  );
}
