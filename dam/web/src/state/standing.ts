// How placements and deliveries are sorted, counted and told apart. Rule: functions of what the service said, nothing else.
import type { Schemas } from "../api/client";
import { WORST_FIRST } from "../components/states";

export type Placement = Schemas["Placement"];
export type Delivery = Schemas["Delivery"];
export type Attempt = Schemas["Attempt"];
export type Observation = Schemas["Observation"];

/** What a person can do about a placement that is not right. */
export type Step = "retry" | "repair" | "adopt" | "channel" | "approve";

const MOVING: ReadonlySet<string> = new Set(["replacing", "verifying", "retrying"]);
const FOREIGN: ReadonlySet<string> = new Set(["foreign_bytes", "target_occupied"]);
const OPEN: ReadonlySet<string> = new Set(["due", "leased", "verifying", "held"]);

/** Something is under way there, so that its state will change by itself. */
export const moving = (placement: Placement): boolean => MOVING.has(placement.state);

/** Bytes that are not ours are there: they are replaced only where somebody says so. */
export const foreign = (placement: Placement): boolean => FOREIGN.has(placement.reason?.code ?? "");

/** What helps first; null where nothing has to be done, or nothing here helps. */
export function step(placement: Placement): Step | null {
  switch (placement.state) {
    case "failed": return foreign(placement) ? "adopt" : placement.reason?.code === "artefact_failed" ? null : "retry";
    case "drifted": return "repair";
    case "retrying": return "retry";
    case "unreachable": return "channel";
    case "waiting": return "approve";
    default: return null;
  }
}

const rank = (state: string): number => {
  const index = (WORST_FIRST as readonly string[]).indexOf(state);
  return index < 0 ? WORST_FIRST.length : index;
};

/** The worst first; among equals those of one channel together, by name. */
export const worstFirst = (one: Placement, other: Placement): number =>
  rank(one.state) - rank(other.state) || byPlace(one, other);

export const byPlace = (one: Placement, other: Placement): number =>
  compare(one.channel, other.channel) || compare(one.remote, other.remote) || compare(one.id, other.id);

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

export interface Group<T> {
  readonly id: string;
  readonly channel: string;
  readonly rows: readonly T[];
}

/** Rows by channel, in the order in which the channels first come. */
export function byChannel<T>(rows: readonly T[], of: (row: T) => { channel_id: string; channel: string }): readonly Group<T>[] {
  const groups = new Map<string, { id: string; channel: string; rows: T[] }>();
  for (const row of rows) {
    const { channel_id: id, channel } = of(row);
    const group = groups.get(id) ?? { id, channel, rows: [] };
    group.rows.push(row);
    groups.set(id, group);
  }
  return [...groups.values()];
}

export interface Tally {
  readonly all: number;
  readonly proven: number;
  readonly retrying: number;
  readonly unreachable: number;
  readonly needs: number;
  /** Taken over by a later rollout, or called off. */
  readonly overtaken: number;
}

/** How far a rollout is: `counts` are of all its deliveries, `listed` those that are at hand. */
export function tally(counts: Readonly<Record<string, number>>, listed: readonly Delivery[]): Tally {
  const of = (state: string): number => counts[state] ?? 0;
  const open = listed.filter((each) => OPEN.has(each.state));
  return {
    all: Object.values(counts).reduce((sum, each) => sum + each, 0),
    proven: of("done"),
    needs: of("failed") + of("held"),
    overtaken: of("superseded") + of("cancelled"),
    unreachable: open.filter((each) => each.placement.state === "unreachable").length,
    retrying: open.filter((each) => each.placement.state === "retrying").length,
  };
}

/** Whether the rollout will go on by itself: not where nothing is left but what waits for a person. */
export const running = (rollout: Schemas["Rollout"]): boolean =>
  rollout.state === "open" && (openOf(rollout.counts) > 0 || (rollout.counts["failed"] ?? 0) === 0);

const openOf = (counts: Readonly<Record<string, number>>): number => [...OPEN].reduce((sum, state) => sum + (counts[state] ?? 0), 0);

export type Happening = { readonly at: string; readonly attempt: Attempt } | { readonly at: string; readonly look: Observation };

/** Attempts and looks as one list, the newest first. Where older ones of one kind are still to be asked for, the list
 * ends with what is known of that kind: what comes behind it may lie between. */
export function timeline(
  attempts: readonly Attempt[], looks: readonly Observation[], olderAttempts: boolean, olderLooks: boolean,
): readonly Happening[] {
  const all: Happening[] = [
    ...attempts.map((attempt) => ({ at: attempt.began_at, attempt })),
    ...looks.map((look) => ({ at: look.until, look })),
  ];
  const ends = [olderAttempts && attempts.at(-1)?.began_at, olderLooks && looks.at(-1)?.until].filter((each) => typeof each === "string");
  const end = Math.max(...ends.map(Date.parse), -Infinity);
  return all.filter((each) => Date.parse(each.at) >= end).sort((one, other) => Date.parse(other.at) - Date.parse(one.at));
}
