// How one file is brought to the service: whole, or in parts when it is big.
import { onceKey } from "../../api/client";
import { abandon, inParts, OutOfReach, THRESHOLD } from "./parts";
import type { Made } from "./progress";
import type { Entry, Upload } from "./upload";
import { whole } from "./whole";

/** What it has become. Throws Refusal, AbortError. */
export async function bring(one: Upload, file: File, keep: (change: Partial<Entry>) => void): Promise<Made> {
  if (file.size < THRESHOLD) return whole(one, file);
  try {
    return await inParts(one, file, keep);
  } catch (error) {
    if (!(error instanceof OutOfReach)) throw error;
    const { uploadId } = one.entry;
    if (uploadId !== null) await abandon(uploadId);
    keep({ uploadId: null, key: onceKey() });
    return whole(one, file);
  }
}
