// What a board of placements shows: up to so many, the worst first whatever their number, with counts by state.
import { WORST_FIRST } from "../components/states";
import { placements, upTo, type Which } from "./places";
import { worstFirst, type Placement } from "./standing";

export const STEP = 200;

export interface Shown {
  readonly rows: readonly Placement[];
  /** How many there are in each state; null where there are too many to count here. */
  readonly counts: Readonly<Record<string, number>> | null;
  /** How many are known of; 0 means that there is none at all. */
  readonly all: number;
  readonly more: boolean;
}

export function count(rows: readonly Placement[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { state } of rows) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}

/** Where all fit into what is wanted, one question is enough; otherwise the states are asked for, from the worst on. */
export async function board(which: Which, wanted: number, signal: AbortSignal): Promise<Shown> {
  const { state, ...where } = which;
  const every = await upTo(wanted, (cursor, limit) => placements(where, cursor, limit, signal));
  if (every.next === null) {
    const rows = every.data.filter((each) => state === undefined || each.state === state).toSorted(worstFirst);
    return { rows, counts: count(every.data), all: every.data.length, more: false };
  }
  const rows: Placement[] = [];
  let more = false;
  for (const each of state === undefined ? WORST_FIRST : [state]) {
    const found = await upTo(wanted - rows.length, (cursor, limit) => placements({ ...where, state: each }, cursor, limit, signal));
    rows.push(...found.data);
    more = found.next !== null || rows.length >= wanted;
    if (more) break;
  }
  return { rows: rows.toSorted(worstFirst), counts: null, all: every.data.length, more };
}
