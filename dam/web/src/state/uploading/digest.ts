// Asks the workers for digests: two files at a time, the others wait for their turn.
import { Refusal } from "../../api/client";
import type { Asked, Told } from "./digest.worker";
import { Slots } from "./slots";

const WORKERS = 2;

const workers: Worker[] = [];
const turns = new Slots(WORKERS);
let last = 0;

/** The file's SHA-256 in lower-case hex. Throws Refusal `file_unreadable`, AbortError. */
export function digest(file: File, read: (bytes: number) => void, signal: AbortSignal): Promise<string> {
  return turns.with(signal, () => {
    const worker = workers.pop() ?? new Worker(new URL("./digest.worker.ts", import.meta.url), { type: "module" });
    return asked(worker, file, read, signal).finally(() => workers.push(worker));
  });
}

function asked(worker: Worker, file: File, read: (bytes: number) => void, signal: AbortSignal): Promise<string> {
  const id = (last += 1);
  const ends = new AbortController();
  return new Promise<string>((resolve, reject) => {
    const stop = (): void => {
      worker.postMessage({ id, stop: true } satisfies Asked);
      reject(signal.reason as Error);
    };
    const hear = ({ data }: MessageEvent<Told>): void => {
      if (data.id !== id) return;
      if ("read" in data) read(data.read);
      else if ("sha256" in data) resolve(data.sha256);
      else reject(new Refusal("file_unreadable", data.unreadable, 0));
    };
    const options = { signal: ends.signal };
    signal.addEventListener("abort", stop, options);
    worker.addEventListener("message", hear, options);
    worker.addEventListener("error", () => reject(new Refusal("unexpected", "The digest can't be made.", 0)), options);
    worker.postMessage({ id, file } satisfies Asked);
  }).finally(() => ends.abort());
}
