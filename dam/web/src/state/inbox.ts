// What waits for the person who is signed in: only what their role can do something about, the oldest first.
import { api, asked, type Schemas } from "../api/client";
import { channels, placements, upTo, type Channel } from "./places";
import { may } from "./session";
import type { Placement } from "./standing";

export interface Waiting {
  readonly drafts: readonly Schemas["Asset"][];
  /** There are further drafts than these. */
  readonly more: boolean;
  readonly placements: readonly Placement[];
  readonly channels: readonly Channel[];
  readonly work: readonly Schemas["Job"][];
  readonly count: number;
  /** The search does not know of everything yet: drafts may be missing. */
  readonly behind: boolean;
}

const DRAFTS = 50;
const MOST = 200;
/** The states in which a person may be needed; whether one is, each placement says itself. */
const STATES = ["failed", "drifted", "replacing"] as const;

export async function waiting(signal: AbortSignal): Promise<Waiting> {
  const [found, listed, places, work] = await Promise.all([
    may("approver") ? drafts(signal) : { data: [], next: null, index: { behind: 0 } },
    may("contributor") ? channels(signal) : { data: [] },
    may("contributor") ? needing(signal) : [],
    may("manager") ? asked(api.GET("/api/v1/work", { params: { query: { state: "set_aside", limit: MOST } }, signal })) : { data: [] },
  ]);
  const away = listed.data.filter((each) => each.unreachable !== null);
  const undecided = found.data.filter((each) => each.latest?.status === "draft");
  return {
    drafts: undecided, more: found.next !== null, placements: places, channels: away, work: work.data,
    behind: found.index.behind > 0,
    count: undecided.length + places.length + away.length + work.data.length,
  };
}

const drafts = (signal: AbortSignal) => asked(api.GET("/api/v1/assets", { params: { query: { q: "status:draft", sort: "oldest", limit: DRAFTS } }, signal }));

async function needing(signal: AbortSignal): Promise<readonly Placement[]> {
  const found = await Promise.all(STATES.map((state) => upTo(MOST, (cursor, limit) => placements({ state }, cursor, limit, signal))));
  return oldestFirst(found.flatMap((each) => each.data).filter((each) => each.needs_person !== null));
}

const since = (placement: Placement): string => placement.observed?.at ?? "";

/** What was seen longest ago waits longest; what was never seen comes first. */
export const oldestFirst = (rows: readonly Placement[]): readonly Placement[] =>
  rows.toSorted((one, other) => (since(one) < since(other) ? -1 : since(one) > since(other) ? 1 : 0));
