// The service's own sample files on their way into an empty library. It goes on when the first of them has arrived and
// the page shows something else; what fails is kept until somebody tries again.
import { signal } from "@preact/signals";
import { api, asked, refusal } from "../../api/client";
import type { Upload } from "../../state/uploading/upload";
import { follows, sendAll } from "../../state/uploads";

export const coming = signal(false);
export const failed = signal<unknown>(undefined);

const sent = new Map<string, Upload>();

/** Fetch each, and send it with what is to be said of it; those that replace another follow as its next version. */
export async function sendSamples(): Promise<void> {
  if (coming.peek()) return;
  coming.value = true;
  failed.value = undefined;
  try {
    const found = await asked(api.GET("/api/v1/samples"));
    for (const sample of found.data.filter((each) => each.replaces === null && !sent.has(each.name))) {
      const { title, description, tags, campaigns, fields } = sample;
      const [one] = sendAll([await fetched(sample)], { title, description, tags, campaigns, fields });
      if (one) sent.set(sample.name, one);
    }
    for (const sample of found.data) {
      const first = sent.get(sample.replaces ?? "");
      if (!first || sent.has(sample.name)) continue;
      follows(first, await fetched(sample), sample.rationale ?? "");
      sent.set(sample.name, first);
    }
  } catch (error) {
    failed.value = error;
  } finally {
    coming.value = false;
  }
}

const PATIENCE = 120_000;

/** The service makes a sample when it is first asked for, which takes it a while. Throws Refusal. */
async function fetched({ url, name, media_type: type }: { url: string; name: string; media_type: string }): Promise<File> {
  let answer: Response;
  try {
    answer = await fetch(url, { signal: AbortSignal.timeout(PATIENCE) });
  } catch {
    throw refusal(null, 0);
  }
  if (!answer.ok) throw refusal(await answer.json().catch(() => null), answer.status);
  return new File([await answer.blob()], name, { type });
}
