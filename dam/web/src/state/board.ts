// What a board of placements shows: up to so many, the worst first whatever their number, with counts by state.
import { WORST_FIRST } from "../components/states";
import { placementCounts, placements, upTo, type Which } from "./places";
import { worstFirst, type Placement } from "./standing";

export const STEP = 200;

export type Counts = Readonly<Record<string, number>>;

export interface Shown {
  readonly rows: readonly Placement[];
  /** How many there are in each state. */
  readonly counts: Counts;
  /** 0: there is none at all. */
  readonly all: number;
  readonly more: boolean;
}

export function count(rows: readonly Placement[]): Counts {
  const counts: Record<string, number> = {};
  for (const { state } of rows) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}

/** The counts of one channel, or of all together. */
export function together(found: readonly { readonly channel_id: string; readonly counts: Counts }[], channel: string | undefined): Counts {
  const counts: Record<string, number> = {};
  for (const each of found) {
    if (channel !== undefined && each.channel_id !== channel) continue;
    for (const [state, some] of Object.entries(each.counts)) counts[state] = (counts[state] ?? 0) + some;
  }
  return counts;
}

/** Where all fit into what is wanted, one question is enough. Otherwise the states are asked for from the worst on, and
 * the counts are those of the search, which may be a moment behind. */
export async function board(which: Which, wanted: number, signal: AbortSignal): Promise<Shown> {
  const { state, ...where } = which;
  const every = await upTo(wanted, (cursor, limit) => placements(where, cursor, limit, signal));
  if (every.next === null) {
    const rows = every.data.filter((each) => state === undefined || each.state === state).toSorted(worstFirst);
    return { rows, counts: count(every.data), all: every.data.length, more: false };
  }
  const found = await placementCounts(signal);
  const counts = together(found.data, which.channel);
  const states = state !== undefined ? [state] : WORST_FIRST.filter((each) => each !== "withdrawn" && (found.behind > 0 || (counts[each] ?? 0) > 0));
  const { rows, more } = await worst(where, states, wanted, signal);
  return { rows: rows.toSorted(worstFirst), counts, all: every.data.length, more };
}

async function worst(where: Which, states: readonly string[], wanted: number, signal: AbortSignal): Promise<{ rows: readonly Placement[]; more: boolean }> {
  const rows: Placement[] = [];
  for (const [index, state] of states.entries()) {
    const page = await upTo(wanted - rows.length, (cursor, limit) => placements({ ...where, state }, cursor, limit, signal));
    rows.push(...page.data);
    if (rows.length >= wanted) return { rows, more: page.next !== null || index < states.length - 1 };
  }
  return { rows, more: false };
}
