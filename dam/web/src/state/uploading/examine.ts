// What a file is, before it is sent: its digest, and who has these bytes already.
import { api, asked } from "../../api/client";
import { digest } from "./digest";
import { THRESHOLD } from "./parts";
import { patiently } from "./patience";
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
  const twins = (await patiently(() => asked(api.GET("/api/v1/assets/holding", { params: { query: { sha256 } } })), one.waits)).data;
  working.signal.throwIfAborted();
  const sameAs = earlier(one, sha256, others())?.entry.name ?? null;
  one.happened(twins.length > 0 || sameAs !== null ? { is: "recognised", twins, sameAs } : { is: "queued" });
}

/** Another file of this page with the same bytes, which comes before. */
function earlier(one: Upload, sha256: string, all: readonly Upload[]): Upload | undefined {
  const same = all.filter((each) => each.entry.sha256 === sha256 && each.entry.purpose.kind === "asset");
  const before = same.slice(0, same.indexOf(one));
  return before.find((each) => each.now.phase !== "failed" && !each.now.made);
}
