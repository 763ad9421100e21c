// What can be decided about a version, each button saying what will happen. `a` is the main one.
// Must not: decide; the dialog does, after it has shown what it will touch.
import { Ban, Check, CircleX, History, ArchiveX, type IconNode } from "lucide";
import { useState } from "preact/hooks";
import { many, t, type Key } from "../lib/i18n";
import { useKeys } from "../lib/keys";
import { useImpact, type Asset, type Version } from "../state/asset";
import { may } from "../state/session";
import { Decide, type Decision } from "./decide";
import { Icon } from "./icon";

const ICONS: Readonly<Record<Decision, IconNode>> = { approve: Check, rollback: History, reject: CircleX, revoke: Ban, withdraw: ArchiveX };

/** The main decision first; none leads where the version is the approved one. */
export function choices(asset: Asset, version: Version): { main: "approve" | "rollback" | null; others: readonly Decision[] } {
  if (asset.trashed_at !== null) return { main: null, others: [] };
  if (asset.approved?.number === version.number) return { main: null, others: ["withdraw"] };
  if (version.status === "approved") return { main: "rollback", others: ["revoke"] };
  return { main: "approve", others: version.status === "draft" ? ["reject"] : [] };
}

export function Verdict({ asset, version }: { asset: Asset; version: Version }) {
  const [deciding, decide] = useState<Decision | null>(null);
  const { main, others } = may("approver") ? choices(asset, version) : { main: null, others: [] };
  const impact = useImpact(asset.id, main === null ? null : version.number);
  const places = (impact.data?.counts["put"] ?? 0) + (impact.data?.counts["remove"] ?? 0);
  useKeys(main === null ? [] : [{ keys: "a", says: `asset.key.${main}` as Key, run: () => decide(main) }]);
  return (
    <>
      {main && (
        <button class="button primary" onClick={() => decide(main)}>
          <Icon of={ICONS[main]} />{places > 0 ? many(`asset.${main}_places`, places, { number: version.number }) : t(`asset.${main}`, { number: version.number })}
        </button>
      )}
      {others.map((each) => (
        <button key={each} class="button" onClick={() => decide(each)}><Icon of={ICONS[each]} />{t(`asset.${each}` as Key, { number: version.number })}</button>
      ))}
      {deciding && <Decide asset={asset} version={version} decision={deciding} onClose={() => decide(null)} />}
    </>
  );
}
