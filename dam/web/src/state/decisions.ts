// Decisions about a version: what one would do, and doing it, naming what the person had before them.
// Must not: show anything.
import { api, asked, type Schemas } from "../api/client";
import { placements, upTo } from "./places";

export type Decision = "approve" | "reject" | "revoke" | "rollback" | "withdraw";
export type Asset = Schemas["Asset"];
export type Version = Schemas["Version"];

/** What the person saw: the version's bytes, and what was approved. */
export interface Seen {
  readonly sha256: string;
  readonly head: number | null;
}

export const seen = (asset: Asset, version: Version): Seen => ({ sha256: version.sha256, head: asset.approved?.number ?? null });

export interface Row {
  readonly id: string;
  readonly channel_id: string;
  readonly channel: string;
  readonly remote: string;
  readonly recipe: string;
  readonly follow: "approved" | number;
  readonly action: string;
  readonly before: number | null;
  readonly after: number | null;
  readonly problems: readonly Schemas["Need"][];
}

/** Each place that a decision concerns. `moved`: how many it changes; `troubled`: how many of them have problems. */
export interface Effect {
  readonly rows: readonly Row[];
  readonly moved: number;
  readonly kept: number;
  readonly troubled: number;
  readonly estimate: number | null;
}

const NONE: Effect = { rows: [], moved: 0, kept: 0, troubled: 0, estimate: null };
const MOST = 1000;

/** What the decision would do. Throws Refusal. */
export async function effect(decision: Decision, assetId: string, number: number, signal: AbortSignal): Promise<Effect> {
  if (decision === "reject" || decision === "revoke") return NONE;
  if (decision === "withdraw") return withdrawal(assetId, signal);
  const found = await asked(api.GET("/api/v1/assets/{asset_id}/versions/{number}/impact", { params: { path: { asset_id: assetId, number } }, signal }));
  const rows = found.placements.map(({ placement, action, before, after, problems }) => ({
    ...placement, action, problems, before: before.version, after: after.version,
  }));
  const counts = found.counts;
  return {
    rows, moved: (counts["put"] ?? 0) + (counts["remove"] ?? 0), kept: counts["none"] ?? 0, troubled: counts["problems"] ?? 0,
    estimate: found.estimate_s,
  };
}

/** Withdrawing takes it from every place that shows something, also from pinned ones. */
async function withdrawal(assetId: string, signal: AbortSignal): Promise<Effect> {
  const found = await upTo(MOST, (cursor, limit) => placements({ asset: assetId }, cursor, limit, signal));
  const rows = found.data.map((each) => ({
    ...each, action: each.desired.version === null ? "none" : "remove", before: each.desired.version, after: null,
    problems: each.state === "unreachable" && each.reason ? [each.reason] : [],
  }));
  const moved = rows.filter((each) => each.action === "remove").length;
  return { rows, moved, kept: rows.length - moved, troubled: rows.filter((each) => each.problems.length > 0).length, estimate: null };
}

/** Decide, once for the key; returns the rollout's number, or null where nothing moves. Throws Refusal: `head_moved`, `digest_differs` …  */
export async function decided(decision: Decision, assetId: string, number: number, { sha256, head }: Seen, note: string, key: string): Promise<number | null> {
  const header = { "Idempotency-Key": key };
  const version = { path: { asset_id: assetId, number }, header };
  const asset = { path: { asset_id: assetId }, header };
  switch (decision) {
    case "approve":
      return (await asked(api.POST("/api/v1/assets/{asset_id}/versions/{number}/approve", { params: version, body: { sha256, expected_head: head, note } }))).number;
    case "rollback":
      return (await asked(api.POST("/api/v1/assets/{asset_id}/rollback", { params: asset, body: { to: number, sha256, expected_head: head, note } }))).number;
    case "withdraw":
      return (await asked(api.POST("/api/v1/assets/{asset_id}/withdraw", { params: asset, body: { note } }))).number;
    case "reject":
      await asked(api.POST("/api/v1/assets/{asset_id}/versions/{number}/reject", { params: version, body: { sha256, note } }));
      return null;
    case "revoke":
      await asked(api.POST("/api/v1/assets/{asset_id}/versions/{number}/revoke", { params: version, body: { sha256, note } }));
      return null;
  }
}
