// A rollout as it runs: how far it is in a sentence, then every place, each turning green only with its proof.
import { useMemo } from "preact/hooks";
import { useEvery } from "../lib/every";
import { many, t } from "../lib/i18n";
import { useHurry } from "../state/live";
import { deliveries, rollout as askRollout, upTo, type Rollout } from "../state/places";
import { useResource } from "../state/resource";
import { byChannel, byPlace, running, tally, type Delivery, type Tally } from "../state/standing";
import { PlaceRow } from "./place-row";
import { Problem } from "./problem";
import { State } from "./states";
import "./arriving.css";

const MOST = 1000;
const PAUSE = 1000;

export interface Arrival {
  readonly rollout: Rollout | undefined;
  readonly rows: readonly Delivery[];
  readonly error: unknown;
  reload(): Promise<void>;
}

/** The rollout with its deliveries, followed as long as it runs. */
export function useArrival(number: number | null): Arrival {
  const found = useResource(
    number === null ? null : `rollout/${number}`,
    async (signal) => {
      const [one, listed] = await Promise.all([
        askRollout(number ?? 0, signal), upTo(MOST, (cursor, limit) => deliveries(number ?? 0, cursor, limit, signal)),
      ]);
      return { rollout: one, rows: listed.data };
    },
    (event) => /^(placement|delivery|rollout|channel)\./.test(event.type),
  );
  const runs = number !== null && (found.data === undefined || running(found.data.rollout));
  useHurry(runs);
  useEvery(PAUSE, runs, found.reload);
  return { rollout: found.data?.rollout, rows: found.data?.rows ?? [], error: found.error, reload: found.reload };
}

export function Arriving({ arrival: { rollout, rows, error, reload }, page, open, toggle }: {
  arrival: Arrival;
  /** It is a page of its own, not part of a dialog: its headings come directly below the page's. */
  page?: boolean;
  open?: string | null;
  toggle?(id: string, open: boolean): void;
}) {
  const groups = useMemo(() => byChannel(rows.toSorted((one, other) => byPlace(one.placement, other.placement)), (each) => each.placement), [rows]);
  if (rollout === undefined) return error === undefined ? null : <Problem error={error} retry={() => void reload()} />;
  const count = tally(rollout.counts, rows);
  const Heading = page ? "h2" : "h3";
  return (
    <div class="arriving">
      <p class="how-far" role="status">{howFar(rollout, count)}</p>
      {count.all > 0 && <Bar of={count} />}
      {error !== undefined && <Problem error={error} retry={() => void reload()} />}
      <div class="channels">
        {groups.map((group) => (
          <section key={group.id}>
            <Heading><a href={`/channels/${group.id}`}>{group.channel}</a> <span class="quiet">{many("places.n_places", group.rows.length)}</span></Heading>
            <ul class="place-list">
              {group.rows.map((each) => (
                <PlaceRow
                  key={each.id} placement={each.placement} asset={rollout.asset_id === null} changed={() => void reload()}
                  {...(toggle ? { open: open === each.placement_id, toggle: (opened: boolean) => toggle(each.placement_id, opened) } : {})}
                >
                  {(each.state === "superseded" || each.state === "cancelled") && <State state={each.state} />}
                </PlaceRow>
              ))}
            </ul>
          </section>
        ))}
      </div>
    </div>
  );
}

function Bar({ of }: { of: Tally }) {
  const late = of.retrying + of.unreachable;
  const parts = [["proven", of.proven], ["needs", of.needs], ["warns", late], ["waits", of.all - of.overtaken - of.proven - of.needs - late]] as const;
  return <div class="bar" aria-hidden="true">{parts.map(([tone, count]) => count > 0 && <span key={tone} class={tone} style={{ flexGrow: count }} />)}</div>;
}

/** "37 of 40 proven, 2 retrying, 1 needs you". */
export function howFar(rollout: Rollout, count: Tally): string {
  if (count.all === 0) return t(rollout.state === "open" ? "places.finding" : "places.nowhere_to_go");
  const wanted = count.all - count.overtaken;
  const parts = [t(rollout.cause === "withdrawal" ? "places.gone_of" : "places.proven_of", { count: count.proven, all: wanted })];
  if (count.retrying) parts.push(many("places.n_retrying", count.retrying));
  if (count.unreachable) parts.push(many("places.n_unreachable", count.unreachable));
  if (count.needs) parts.push(many("places.n_need_you", count.needs));
  if (count.overtaken) parts.push(many("places.n_overtaken", count.overtaken));
  return parts.join(", ");
}
