// What is asked of the service about placements, rollouts and channels, and what a person sets in motion there.
// Must not: keep anything, or decide what is shown.
import { api, asked, onceKey, withResponse, type Schemas } from "../api/client";
import { nudge } from "./live";
import type { Delivery, Placement } from "./standing";

export type Rollout = Schemas["Rollout"];
export type Channel = Schemas["Channel"];
export type Recipe = NonNullable<Schemas["NewPlacement"]["recipe"]>;

interface Page<T> {
  readonly data: readonly T[];
  readonly next: string | null;
}

export interface Which {
  readonly asset?: string;
  readonly channel?: string;
  readonly state?: string;
}

const PAGE = 200;

const once = () => ({ "Idempotency-Key": onceKey() });
const aborted = (signal?: AbortSignal) => (signal ? { signal } : {});

/** Ask for page after page until there are `most` rows, or no more. */
export async function upTo<T>(most: number, load: (cursor: string | undefined, limit: number) => Promise<Page<T>>): Promise<Page<T>> {
  const data: T[] = [];
  let next: string | null | undefined;
  while (next !== null && data.length < most) {
    const page: Page<T> = await load(next, Math.min(PAGE, most - data.length));
    data.push(...page.data);
    next = page.next;
  }
  return { data, next: next ?? null };
}

export const placements = (which: Which, cursor: string | undefined, limit: number, signal?: AbortSignal): Promise<Page<Placement>> =>
  asked(api.GET("/api/v1/placements", { params: { query: { ...which, ...(cursor ? { cursor } : {}), limit } }, ...aborted(signal) }));

export const placementCounts = (signal?: AbortSignal): Promise<Schemas["PlacementCounts"]> =>
  asked(api.GET("/api/v1/placements/counts", aborted(signal)));

export const placement = (id: string, signal?: AbortSignal): Promise<Placement> =>
  asked(api.GET("/api/v1/placements/{placement_id}", { params: { path: { placement_id: id } }, ...aborted(signal) }));

export const history = (id: string, before: { attempt?: number; look?: string }, limit: number, signal?: AbortSignal): Promise<Schemas["History"]> =>
  asked(api.GET("/api/v1/placements/{placement_id}/history", {
    params: {
      path: { placement_id: id },
      query: { limit, ...(before.attempt ? { attempts_before: before.attempt } : {}), ...(before.look ? { observations_before: before.look } : {}) },
    },
    ...aborted(signal),
  }));

/** Something was set in motion: whoever shows it hears of it at once. */
async function moved<T>(asking: Promise<T>): Promise<T> {
  const answer = await asking;
  nudge();
  return answer;
}

export const verify = (id: string): Promise<Rollout> =>
  moved(asked(api.POST("/api/v1/placements/{placement_id}/verify", { params: { path: { placement_id: id }, header: once() } })));

export const retry = (id: string): Promise<Rollout> =>
  moved(asked(api.POST("/api/v1/placements/{placement_id}/retry", { params: { path: { placement_id: id }, header: once() } })));

export const repair = (id: string, adopt: boolean): Promise<Rollout> =>
  moved(asked(api.POST("/api/v1/placements/{placement_id}/repair", { params: { path: { placement_id: id }, header: once() }, body: { adopt } })));

export const withdrawPlacement = (id: string): Promise<Rollout> =>
  moved(asked(api.DELETE("/api/v1/placements/{placement_id}", { params: { path: { placement_id: id } } })));

export const place = (body: Schemas["NewPlacement"], key: string): Promise<Placement> =>
  moved(asked(api.POST("/api/v1/placements", { params: { header: { "Idempotency-Key": key } }, body })));

export const rollout = (number: number, signal?: AbortSignal): Promise<Rollout> =>
  asked(api.GET("/api/v1/rollouts/{number}", { params: { path: { number } }, ...aborted(signal) }));

export const rollouts = (cursor: string | undefined, signal?: AbortSignal): Promise<Page<Rollout>> =>
  asked(api.GET("/api/v1/rollouts", { params: { query: { ...(cursor ? { cursor } : {}) } }, ...aborted(signal) }));

export const deliveries = (number: number, cursor: string | undefined, limit: number, signal?: AbortSignal): Promise<Page<Delivery>> =>
  asked(api.GET("/api/v1/rollouts/{number}/deliveries", {
    params: { path: { number }, query: { ...(cursor ? { cursor } : {}), limit } }, ...aborted(signal),
  }));

export const rollBack = (number: number, note: string): Promise<Rollout> =>
  moved(asked(api.POST("/api/v1/rollouts/{number}/rollback", { params: { path: { number }, header: once() }, body: { note } })));

export const channels = (signal?: AbortSignal): Promise<Page<Channel>> =>
  upTo(1000, (cursor, limit) => asked(api.GET("/api/v1/channels", { params: { query: { ...(cursor ? { cursor } : {}), limit } }, ...aborted(signal) })));

export const channel = (id: string, signal?: AbortSignal): Promise<Channel> =>
  asked(api.GET("/api/v1/channels/{channel_id}", { params: { path: { channel_id: id } }, ...aborted(signal) }));

export const kinds = (signal?: AbortSignal): Promise<Schemas["ChannelKinds"]> => asked(api.GET("/api/v1/channels/kinds", aborted(signal)));

export const recipes = (signal?: AbortSignal): Promise<Schemas["Recipes"]> => asked(api.GET("/api/v1/recipes", aborted(signal)));

export const addChannel = (body: Schemas["ChannelSetup"], key: string): Promise<Channel> =>
  asked(api.POST("/api/v1/channels", { params: { header: { "Idempotency-Key": key } }, body }));

export const editChannel = (id: string, revision: number, body: Schemas["ChannelChange"]): Promise<Channel> =>
  asked(api.PATCH("/api/v1/channels/{channel_id}", { params: { path: { channel_id: id }, header: { "If-Match": `"${revision}"` } }, body }));

export const removeChannel = async (id: string): Promise<void> =>
  void (await withResponse(api.DELETE("/api/v1/channels/{channel_id}", { params: { path: { channel_id: id } } })));

export const checkChannel = (id: string): Promise<Channel> =>
  moved(asked(api.POST("/api/v1/channels/{channel_id}/check", { params: { path: { channel_id: id }, header: once() } })));

export const auditChannel = (id: string): Promise<Schemas["Audit"]> =>
  moved(asked(api.POST("/api/v1/channels/{channel_id}/audit", { params: { path: { channel_id: id }, header: once() } })));

/** The picture of a version, as small as there is; it may not be there. */
export const thumbnail = (assetId: string, version: number): string => `/api/v1/assets/${assetId}/versions/${version}/renditions/thumb-256`;
