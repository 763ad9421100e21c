// What a file is, before it is sent: its digest, and who has these bytes already.
import { api, asked } from "../../api/client";
import { digest } from "./digest";
import { THRESHOLD } from "./parts";
import { patiently } from "./patience";
import { underway } from "./progress";
import type { Entry, Upload } from "./upload";

/** Ends with the file waiting, or known; `keep` writes its digest down. Throws Refusal, AbortError. */
export async function examine(one: Upload, keep: (change: Partial<Entry>) => void, others: () => readonly Upload[]): Promise<void> {
  const { file, entry, working } = one;
  const isVersion = entry.purpose.kind === "version";
  if (!file || (isVersion && entry.size < THRESHOLD)) return one.happened({ is: "queued" });
  const sha256 = entry.sha256 ?? (await digest(file, (bytes) => one.happened({ is: "read", bytes }), working.signal));
  working.signal.throwIfAborted();
  keep({ sha256 });
  if (isVersion) return one.happened({ is: "queued" });
  for (const each of queuedAfter(one, alike(one, others()))) each.happened({ is: "recognised", twins: [], sameAs: one.entry.name });
  const twins = (await patiently(() => asked(api.GET("/api/v1/assets/holding", { params: { query: { sha256 } } })), one.waits)).data;
  working.signal.throwIfAborted();
  const sameAs = first(one, alike(one, others()))?.entry.name ?? null;
  one.happened(twins.length > 0 || sameAs !== null ? { is: "recognised", twins, sameAs } : { is: "queued" });
}

/** The files of this page that have the same bytes, as far as they are read, in the order given; this one among them. */
function alike(one: Upload, all: readonly Upload[]): readonly Upload[] {
  return all.filter(({ entry }) => entry.sha256 === one.entry.sha256 && entry.purpose.kind === "asset");
}

/** That which goes on in place of this one: it was given before, or is on its way already. */
function first(one: Upload, same: readonly Upload[]): Upload | undefined {
  const at = same.indexOf(one);
  return same.find((each, index) => (index < at && each.now.phase !== "failed" && !each.now.made) || (index > at && underway(each.now)));
}

/** Those that were read before this one, though they were given after it, and took themselves for the only ones. */
function queuedAfter(one: Upload, same: readonly Upload[]): readonly Upload[] {
  return same.slice(same.indexOf(one) + 1).filter(({ now }) => now.phase === "waiting" && now.twins.length === 0 && now.sameAs === null);
}
