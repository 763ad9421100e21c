// Events as what they tell: which sentence, with which parts. Must not: hold words, or draw.
import type { Event } from "./live";

export interface Told {
  /** Of the message `asset.event.…`, or the event's own type where there is none. */
  readonly key: string;
  readonly values: Readonly<Record<string, string | number>>;
  /** The service did it by itself. */
  readonly system: boolean;
  /** What a person wrote about it. */
  readonly note?: string;
  readonly rollout?: number;
  /** Which parts of the description changed. */
  readonly parts?: readonly string[];
}

const SYSTEM = "00000000-0000-7000-8000-000000000000";

const KEYS: Readonly<Record<string, string>> = {
  "asset.created": "created",
  "asset.edited": "edited",
  "asset.published": "published",
  "asset.unpublished": "unpublished",
  "asset.trashed": "trashed",
  "asset.restored": "restored",
  "asset.withdrawn": "withdrawn",
  "asset.rolled_back": "rolled_back",
  "version.created": "version",
  "version.approved": "approved",
  "version.rejected": "rejected",
  "version.revoked": "revoked",
  "version.rendered": "rendered",
  "version.render_failed": "render_failed",
  "page.rendered": "page",
  "page.render_failed": "page_failed",
  "version.preview_supplied": "preview_supplied",
  "version.preview_taken_away": "preview_taken_away",
  "rollout.opened": "rollout_opened",
  "rollout.started": "rollout_opened",
  "rollout.done": "rollout_done",
  "placement.created": "placed",
  "placement.proven": "proven",
  "placement.drifted": "drifted",
  "placement.withdrawn": "place_withdrawn",
  "placement.foreign_kept": "foreign_kept",
  "delivery.failed": "delivery_failed",
};

/** Only texts and numbers: what else there is, is not for people. */
function simple(data: Readonly<Record<string, unknown>>): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(data).filter((entry): entry is [string, string | number] => ["string", "number"].includes(typeof entry[1])),
  );
}

export function told(event: Event): Told {
  const values = simple(event.data);
  const note = [values["note"], values["rationale"], values["detail"]].find((each) => typeof each === "string" && each !== "");
  return {
    key: KEYS[event.type] ?? event.type,
    values,
    system: event.principal === SYSTEM,
    ...(typeof note === "string" ? { note } : {}),
    ...(typeof values["rollout"] === "number" ? { rollout: values["rollout"] } : {}),
    ...(event.type === "asset.edited" ? { parts: Object.keys((event.data["after"] ?? {}) as object) } : {}),
  };
}

export interface Group {
  readonly event: Event;
  readonly times: number;
}

/** The same thing in a row, such as forty places proven after one approval, is one line. */
export function grouped(events: readonly Event[]): Group[] {
  const groups: Group[] = [];
  for (const event of events) {
    const last = groups.at(-1);
    const alike = last && last.event.type === event.type && last.event.principal === event.principal && /^(placement|delivery|page)\./.test(event.type)
      && last.event.data["version"] === event.data["version"] && last.event.data["rollout"] === event.data["rollout"];
    if (alike) groups[groups.length - 1] = { event: last.event, times: last.times + 1 };
    else groups.push({ event, times: 1 });
  }
  return groups;
}
