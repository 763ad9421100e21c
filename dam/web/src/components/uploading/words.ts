// What is said of one upload and of all of them: the same words in the row, the summary and to screen readers.
import { maybe, many, size, t, type Key } from "../../lib/i18n";
import type { Refusal } from "../../api/client";
import type { Progress } from "../../state/uploading/progress";
import type { Entry, Upload } from "../../state/uploading/upload";
import { sentence } from "../problem";

/** What happened to it and what to do. */
export const problemOf = (error: Refusal): string => maybe(`upload.error.${error.code}`) ?? sentence(error);

/** How far one is, in a few words. */
export function status({ now, entry }: Upload): string {
  if (now.hold) return [now.acknowledged > 0 ? arrived(now, entry) : "", t(`upload.hold.${now.hold}` as Key)].filter(Boolean).join(". ");
  switch (now.phase) {
    case "reading":
      return t("upload.phase.reading", { share: percent(now.read, entry.size) });
    case "sending":
      return arrived(now, entry);
    case "known":
    case "failed":
      return "";
    default:
      return t(`upload.phase.${now.phase}` as Key);
  }
}

const arrived = ({ acknowledged }: Progress, entry: Entry): string => t("upload.phase.sending", { done: size(acknowledged), size: size(entry.size) });

export const percent = (part: number, whole: number): number => (whole > 0 ? Math.floor((100 * part) / whole) : 100);

/** How long, roughly: what changes each second is not read. */
export function duration(seconds: number): string {
  if (seconds < 60) return t("upload.left.seconds");
  if (seconds < 3600) return many("upload.left.minutes", Math.ceil(seconds / 60));
  return many("upload.left.hours", Math.round(seconds / 3600));
}
