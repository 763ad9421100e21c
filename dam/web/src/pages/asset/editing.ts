// One text that is edited in place: what was typed is kept at every key, and saved only where nobody else changed the same.
import { useEffect, useRef, useState } from "preact/hooks";
import { mergeText } from "../../lib/merge";
import { edit, type Asset, type AssetEdit } from "../../state/asset";
import { draftOf, keepDraft, type Draft } from "../../state/drafts";
import type { Resource } from "../../state/resource";

/** `fields.` and a name: a field of the asset's own. */
export type Part = "title" | "description" | `fields.${string}`;

const OWN = "fields.";

export const textOf = (asset: Asset, part: Part): string =>
  part.startsWith(OWN) ? (asset.fields[part.slice(OWN.length)] ?? "") : asset[part as "title" | "description"];

/** The merge patch that makes the part this text. */
export const patchOf = (part: Part, text: string): AssetEdit =>
  part.startsWith(OWN) ? { fields: { [part.slice(OWN.length)]: text } } : { [part]: text };

export interface Editing {
  /** What stands in the field; null while it is only shown. */
  readonly value: string | null;
  /** What somebody else made of it meanwhile. */
  readonly theirs: string | null;
  readonly busy: boolean;
  /** How often the person asked to edit it since the page was loaded: the field gets the focus each time. */
  readonly begun: number;
  readonly wrong: unknown;
  begin(): void;
  type(text: string): void;
  save(): Promise<void>;
  revert(): void;
  keepMine(): Promise<void>;
  takeTheirs(): void;
}

export function useEditing(resource: Resource<Asset>, asset: Asset, part: Part): Editing {
  const [draft, setDraft] = useState<Draft | null>(() => draftOf(asset.id, part));
  const [busy, setBusy] = useState(false);
  const saving = useRef(false);
  const [begun, setBegun] = useState(0);
  const [wrong, setWrong] = useState<unknown>();
  const present = textOf(asset, part);
  const latest = useRef(draft);
  const put = (next: Draft | null): void => {
    latest.current = next;
    setDraft(next);
    keepDraft(asset.id, part, next && next.mine !== next.base ? next : null);
  };
  // Nothing was typed yet: what others write appears in the open field.
  useEffect(() => {
    if (draft && draft.mine === draft.base && draft.base !== present) put({ base: present, mine: present });
  }, [present]);

  const save = async (of: Draft | null): Promise<void> => {
    if (!of || saving.current) return;
    saving.current = true;
    setBusy(true);
    setWrong(undefined);
    try {
      const saved = await edit(resource, asset, (now) => (mergeText(of.base, of.mine, textOf(now, part)) === "conflict" ? null : patchOf(part, of.mine)));
      // What was typed while it was being saved is a draft of its own.
      const now = latest.current;
      if (saved) put(now && now.mine !== of.mine ? { base: of.mine, mine: now.mine } : null);
    } catch (error) {
      setWrong(error);
    } finally {
      saving.current = false;
      setBusy(false);
    }
  };
  return {
    value: draft?.mine ?? null,
    theirs: draft && mergeText(draft.base, draft.mine, present) === "conflict" ? present : null,
    busy,
    begun,
    wrong,
    begin() {
      setBegun(begun + 1);
      if (!draft) put({ base: present, mine: present });
    },
    type: (text) => put({ base: draft?.base ?? present, mine: text }),
    save: () => save(draft),
    revert: () => (setWrong(undefined), put(null)),
    takeTheirs: () => (setWrong(undefined), put(null)),
    keepMine() {
      const mine = { base: present, mine: draft?.mine ?? present };
      put(mine);
      return save(mine);
    },
  };
}
