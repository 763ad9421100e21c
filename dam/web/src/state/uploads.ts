// Files on their way into the library: what was given, in its order, a few at a time. Goes on while one browses.
// Must not: draw; how a file is sent is in `uploading`.
import { computed, effect, signal } from "@preact/signals";
import { Refusal } from "../api/client";
import { forget, follow } from "./uploading/previews";
import { ended, unfinished } from "./uploading/progress";
import { Upload, type Details, type Found } from "./uploading/upload";
import { whole } from "./uploading/whole";

const AT_ONCE = 3;

/** All that the tray shows, in the order given. */
export const uploads = signal<readonly Upload[]>([]);

/** What was given and is not sent yet: the panel asks what is to be said of it. */
export const preparing = signal<readonly Upload[]>([]);

/** An asset that is to get a new version of this file, as soon as somebody has said why. */
export const replacing = signal<{ readonly asset: { readonly id: string; readonly title: string }; readonly found: Found } | null>(null);

/** More was dropped at once than is taken. */
export const tooMany = signal(false);

export const busy = computed(() => uploads.value.some((each) => unfinished(each.now)));

export type { Details };

/** Send these as new assets; without `details` the person is asked first what belongs to them. */
export function upload(files: readonly File[], details?: Details): void {
  if (!details) return take(files.map((file) => ({ file })));
  enqueue(files.map((file) => examined(Upload.of({ file }, { kind: "asset", details }))));
}

/** The same, with what is known of where they come from. */
export function take(found: readonly Found[], more = false): void {
  if (found.length === 0) return;
  tooMany.value = more;
  preparing.value = [...preparing.peek(), ...found.map((each) => examined(Upload.of(each)))];
}

/** Send this as a new version of the asset; the person is asked why first. */
export function replace(asset: { readonly id: string; readonly title: string }, file: File | Found): void {
  replacing.value = { asset, found: file instanceof File ? { file } : file };
}

/** The panel's answer: send these and forget the others. */
export function send(chosen: readonly Upload[], details: Details): void {
  for (const each of preparing.peek()) if (!chosen.includes(each)) each.working.abort();
  preparing.value = [];
  for (const each of chosen) each.entry = { ...each.entry, purpose: { kind: "asset", details } };
  enqueue(chosen);
}

/** The replacement's answer. */
export function sendVersion(asset: { readonly id: string; readonly title: string }, found: Found, rationale: string): void {
  replacing.value = null;
  enqueue([examined(Upload.of(found, { kind: "version", assetId: asset.id, title: asset.title, rationale }))]);
}

function enqueue(more: readonly Upload[]): void {
  uploads.value = [...uploads.peek(), ...more];
  pump();
}

/** Take it out, and give up what was sent of it; what is in the library already stays there. */
export function remove(one: Upload): void {
  one.working.abort();
  forget(one);
  uploads.value = uploads.peek().filter((each) => each !== one);
  preparing.value = preparing.peek().filter((each) => each !== one);
  pump();
}

/** Take out all that has come to its end. */
export const clear = (): void => uploads.peek().filter((each) => each.now.phase === "ready" || each.now.phase === "rendering").forEach(remove);

/** Once more, after whatever hindered it. */
export function retry(one: Upload): void {
  one.working = new AbortController();
  one.happened({ is: "queued" });
  pump();
}

function examined(one: Upload): Upload {
  if (one.entry.size === 0) one.happened({ is: "failed", error: new Refusal("empty", "", 0) });
  else one.happened({ is: "queued" });
  return one;
}

const running = new Set<Upload>();

/** Begin what is next, as long as there is room. */
function pump(): void {
  for (const one of uploads.peek()) {
    if (running.size >= AT_ONCE) return;
    if (one.now.phase === "waiting" && one.file && !running.has(one)) void run(one, one.file);
  }
}

async function run(one: Upload, file: File): Promise<void> {
  running.add(one);
  const { signal } = one.working;
  try {
    one.happened({ is: "made", made: await whole(one, file) });
    follow(one);
  } catch (error) {
    if (!signal.aborted) one.happened({ is: "failed", error: error instanceof Refusal ? error : new Refusal("unexpected", String(error), 0) });
  } finally {
    running.delete(one);
    pump();
  }
}

const warn = (event: BeforeUnloadEvent): void => event.preventDefault();

effect(() => (busy.value ? addEventListener("beforeunload", warn) : removeEventListener("beforeunload", warn)));

/** How much there is, and how much of it is acknowledged, of what is not left to the person. */
export const totals = computed(() => {
  const counted = uploads.value.filter((each) => each.now.phase !== "failed" && each.now.phase !== "known");
  return {
    files: counted.length,
    done: counted.filter((each) => ended(each.now)).length,
    bytes: counted.reduce((sum, each) => sum + each.entry.size, 0),
    acknowledged: counted.reduce((sum, each) => sum + (ended(each.now) ? each.entry.size : each.now.acknowledged), 0),
  };
});
