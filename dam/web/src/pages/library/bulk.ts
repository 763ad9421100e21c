// One change to many assets, one after the other: each names the revision that it saw, so that nobody's edit is written
// over, and each failure is kept with its reason. What was done can be undone in the same way.
import { signal } from "@preact/signals";
import { api, asked, Refusal, withResponse } from "../../api/client";
import type { Asset } from "./results";

export type Change =
  | { readonly does: "tag" | "untag" | "campaign" | "uncampaign"; readonly name: string }
  | { readonly does: "trash" | "restore" };

export interface Failure {
  readonly asset: Asset;
  readonly error: unknown;
}

export interface Task {
  readonly change: Change;
  readonly total: number;
  readonly done: readonly Asset[];
  readonly failed: readonly Failure[];
  readonly running: boolean;
  /** It takes back what another one did. */
  readonly undoes: boolean;
}

/** The one that runs, or the last one that ran. */
export const task = signal<Task | null>(null);

const TOGETHER = 4;
const TRIES = 4;
const OPPOSITE = {
  tag: "untag", untag: "tag", campaign: "uncampaign", uncampaign: "campaign", trash: "restore", restore: "trash",
} as const;

let stopped = false;

/** Change these. Assets that are so already count as done, but are not part of what an undo takes back. */
export async function run(change: Change, assets: readonly Asset[], undoes = false): Promise<Task> {
  stopped = false;
  let now: Task = { change, total: assets.length, done: [], failed: [], running: true, undoes };
  task.value = now;
  const waiting = [...assets];
  const worker = async (): Promise<void> => {
    for (let asset = waiting.shift(); asset && !stopped; asset = waiting.shift()) {
      try {
        if (await apply(change, asset.id)) now = { ...now, done: [...now.done, asset] };
        else now = { ...now, total: now.total - 1 };
      } catch (error) {
        now = { ...now, failed: [...now.failed, { asset, error }] };
      }
      task.value = now;
    }
  };
  await Promise.all(Array.from({ length: TOGETHER }, worker));
  now = { ...now, running: false };
  task.value = now;
  return now;
}

export const stop = (): void => void (stopped = true);

export const opposite = (change: Change): Change => ({ ...change, does: OPPOSITE[change.does] }) as Change;

/** Whether anything had to be changed. Throws Refusal. */
async function apply(change: Change, id: string): Promise<boolean> {
  const path = { asset_id: id };
  if (change.does === "trash") {
    await withResponse(api.DELETE("/api/v1/assets/{asset_id}", { params: { path } }));
    return true;
  }
  if (change.does === "restore") {
    await asked(api.POST("/api/v1/assets/{asset_id}/restore", { params: { path } }));
    return true;
  }
  for (let tries = 1; ; tries += 1) {
    const { data, response } = await withResponse(api.GET("/api/v1/assets/{asset_id}", { params: { path } }));
    const body = merged(change, data);
    if (!body) return false;
    try {
      const header = { "If-Match": response.headers.get("ETag") ?? "" };
      await asked(api.PATCH("/api/v1/assets/{asset_id}", { params: { path, header }, body }));
      return true;
    } catch (error) {
      const overtaken = error instanceof Refusal && error.code === "revision_differs";
      if (!overtaken || tries === TRIES) throw error;
    }
  }
}

type Naming = Extract<Change, { name: string }>;

/** What to send; null where the asset is so already. */
export function merged(change: Change, asset: Pick<Asset, "tags" | "campaigns">): { tags: string[] } | { campaigns: string[] } | null {
  if (!("name" in change)) return null;
  if (change.does === "tag" || change.does === "untag") {
    const tags = put(asset.tags, change, change.does === "tag");
    return tags && { tags };
  }
  const campaigns = put(asset.campaigns, change, change.does === "campaign");
  return campaigns && { campaigns };
}

function put(names: readonly string[], { name }: Naming, adds: boolean): string[] | null {
  if (names.includes(name) === adds) return null;
  return adds ? [...names, name] : names.filter((each) => each !== name);
}
