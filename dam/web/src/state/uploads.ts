// Files on their way into the library: what was given, in its order, a few at a time. Goes on while one browses, after a
// lost network and a new sign-in by itself, and after a reload as soon as the browser has the file again.
// Must not: draw; how a file is examined and sent is in `uploading`.
import { computed, effect, signal } from "@preact/signals";
import { Refusal } from "../api/client";
import { me } from "./session";
import { bring } from "./uploading/bring";
import { examine } from "./uploading/examine";
import * as journal from "./uploading/journal";
import { abandon } from "./uploading/parts";
import { forget, follow } from "./uploading/previews";
import { ended, unfinished } from "./uploading/progress";
import { permitted, restored } from "./uploading/restore";
import { Upload, type Details, type Entry, type Found } from "./uploading/upload";

export type { Details };

type Asset = { readonly id: string; readonly title: string };

const AT_ONCE = 3;

/** All that the tray shows, in the order given. */
export const uploads = signal<readonly Upload[]>([]);

/** What was given and is not sent yet: the panel asks what belongs to it. */
export const preparing = signal<readonly Upload[]>([]);

/** An asset that is to get a new version of this file, as soon as somebody has said why. */
export const replacing = signal<{ readonly asset: Asset; readonly found: Found } | null>(null);

/** More was dropped at once than is taken. */
export const tooMany = signal(false);

/** Send these as new assets; without `details` the person is asked first what belongs to them. */
export function upload(files: readonly File[], details?: Details): void {
  if (details) sendAll(files, details);
  else take(files.map((file) => ({ file })));
}

/** The same without asking. */
export function sendAll(files: readonly File[], details: Details): readonly Upload[] {
  const sent = files.map((file) => begin(Upload.of({ file }, { kind: "asset", details })));
  enqueue(sent);
  return sent;
}

/** The same, with what is known of where they come from. Files that an earlier page has begun go on. */
export function take(found: readonly Found[], more = false): void {
  tooMany.value = more;
  const fresh = found.filter((each) => !again(each.file));
  preparing.value = [...preparing.peek(), ...fresh.map((each) => begin(Upload.of(each)))];
}

/** Send this as a new version of the asset; the person is asked why first. */
export function replace(asset: Asset, file: File | Found): void {
  replacing.value = { asset, found: file instanceof File ? { file } : file };
}

/** The panel's answer: send these and forget the others. Those that are known are sent all the same. */
export function send(chosen: readonly Upload[], details: Details): void {
  for (const each of preparing.peek()) if (!chosen.includes(each)) each.working.abort();
  preparing.value = [];
  for (const each of chosen) {
    each.entry = { ...each.entry, purpose: { kind: "asset", details } };
    if (each.now.phase === "known") each.happened({ is: "queued" });
  }
  enqueue(chosen);
}

/** The replacement's answer. */
export function sendVersion(asset: Asset, found: Found, rationale: string): void {
  replacing.value = null;
  enqueue([version(asset, found, rationale)]);
}

/** Send `file` as the next version of what `first` becomes, as soon as that is in the library. */
export function follows(first: Upload, file: File, rationale: string): void {
  let sent = false;
  const stop = effect(() => {
    const { made } = first.now;
    if (!made || sent) return;
    sent = true;
    const title = first.entry.name;
    queueMicrotask(() => (stop(), enqueue([version({ id: made.assetId, title }, { file }, rationale)])));
  });
}

const version = ({ id, title }: Asset, found: Found, rationale: string): Upload =>
  begin(Upload.of(found, { kind: "version", assetId: id, title, rationale }));

function enqueue(more: readonly Upload[]): void {
  uploads.value = [...uploads.peek(), ...more];
  for (const each of more) if (!ended(each.now)) note(each, {});
  pump();
}

/** Read it, unless there is nothing to be read. */
function begin(one: Upload): Upload {
  if (one.entry.size === 0) one.happened({ is: "failed", error: new Refusal("empty", "", 0) });
  else void examined(one);
  return one;
}

async function examined(one: Upload): Promise<void> {
  try {
    await examine(one, (change) => note(one, change), () => [...uploads.peek(), ...preparing.peek()]);
    pump();
  } catch (error) {
    failed(one, error);
  }
}

/** Take it out, and give up what was sent of it; what is in the library already stays there. */
export function remove(one: Upload): void {
  const { uploadId } = one.entry;
  if (uploadId !== null && !one.now.made) void abandon(uploadId);
  one.working.abort();
  forget(one);
  void journal.drop(one.entry.id);
  uploads.value = uploads.peek().filter((each) => each !== one);
  preparing.value = preparing.peek().filter((each) => each !== one);
  pump();
}

/** Take out all that is in the library. */
export const clear = (): void => uploads.peek().filter((each) => each.now.made).forEach(remove);

/** Once more, after whatever hindered it; or all the same, though its bytes are known. */
export function retry(one: Upload): void {
  one.working = new AbortController();
  one.happened({ is: "queued" });
  void note(one, {});
  pump();
}

/** Is this a file that an earlier page has begun? Then it goes on. */
export function again(file: File): boolean {
  const one = uploads.peek().find((each) => each.now.hold === "file" && each.isOf(file));
  if (one) goOn(one, file);
  return one !== undefined;
}

/** Go on with a file that the browser can open by itself, once the person allows it. False: it is not that file any more. */
export async function reopen(one: Upload): Promise<boolean> {
  const file = await permitted(one, true);
  if (file) goOn(one, file);
  return file !== null;
}

function goOn(one: Upload, file: File): void {
  one.file = file;
  one.happened({ is: "queued" });
  pump();
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
  try {
    one.happened({ is: "made", made: await bring(one, file, (change) => note(one, change)) });
    void journal.drop(one.entry.id);
    follow(one);
  } catch (error) {
    failed(one, error);
  } finally {
    running.delete(one);
    pump();
  }
}

/** What is in parts goes on later where it is; what is whole would be a new attempt in any case. */
function failed(one: Upload, error: unknown): void {
  if (one.working.signal.aborted) return;
  one.happened({ is: "failed", error: error instanceof Refusal ? error : new Refusal("unexpected", String(error), 0) });
  if (one.entry.uploadId === null) void journal.drop(one.entry.id);
}

/** Its entry has changed; it is kept as long as it is wanted. */
function note(one: Upload, change: Partial<Entry>): void {
  one.entry = { ...one.entry, ...change };
  const who = me.peek()?.id;
  if (who !== undefined && uploads.peek().includes(one)) void journal.keep(one.entry, who);
}

/** How much there is, and how much of it is acknowledged, of what is not left to the person. */
export const totals = computed(() => {
  const counted = uploads.value.filter(({ now }) => now.phase !== "failed" && now.phase !== "known" && now.hold !== "file");
  return {
    files: counted.length,
    done: counted.filter((each) => ended(each.now)).length,
    bytes: counted.reduce((sum, each) => sum + each.entry.size, 0),
    acknowledged: counted.reduce((sum, each) => sum + (ended(each.now) ? each.entry.size : each.now.acknowledged), 0),
  };
});

const busy = computed(() => uploads.value.some((each) => unfinished(each.now)));
const warn = (event: BeforeUnloadEvent): void => event.preventDefault();

effect(() => (busy.value ? addEventListener("beforeunload", warn) : removeEventListener("beforeunload", warn)));

/** What earlier pages of this person have left: looked for once, when it is known who that is. */
let looked: string | null = null;
effect(() => {
  const who = me.value?.id;
  if (who === undefined || who === looked) return;
  looked = who;
  void restored(who).then((found) => {
    uploads.value = [...found, ...uploads.peek()];
    for (const one of found) if (one.now.made) follow(one);
    pump();
  });
});
