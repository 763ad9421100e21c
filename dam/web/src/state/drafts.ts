// What was typed and is not saved yet, by person and asset: it outlives reloads, signing out and conflicts.
// Must not: know who types it, or send it anywhere.
import { me } from "./session";

/** `base`: what was there when the person began. */
export interface Draft {
  readonly base: string;
  readonly mine: string;
}

type Drafts = Readonly<Record<string, Draft>>;

const place = (assetId: string): string => `dam.draft.${me.peek()?.id ?? ""}.${assetId}`;

/** Everything unsaved about the asset, by the part that it is of. */
export function draftsOf(assetId: string): Drafts {
  const found: unknown = JSON.parse(localStorage.getItem(place(assetId)) ?? "{}");
  return typeof found === "object" && found !== null ? (found as Drafts) : {};
}

export const draftOf = (assetId: string, part: string): Draft | null => draftsOf(assetId)[part] ?? null;

/** Keep it; null: it is saved or given up. */
export function keepDraft(assetId: string, part: string, draft: Draft | null): void {
  const { [part]: _before, ...others } = draftsOf(assetId);
  const drafts = draft ? { ...others, [part]: draft } : others;
  if (Object.keys(drafts).length > 0) localStorage.setItem(place(assetId), JSON.stringify(drafts));
  else localStorage.removeItem(place(assetId));
}
