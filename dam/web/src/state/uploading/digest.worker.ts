// SHA-256 of files beside the page's own work, a piece at a time: a file is never in memory as a whole, and pages that
// came over plain HTTP, where the browser itself hashes nothing, have it too.
import { sha256 } from "@noble/hashes/sha2.js";

export type Asked = { readonly id: number; readonly file: File } | { readonly id: number; readonly stop: true };
export type Told =
  | { readonly id: number; readonly read: number }
  | { readonly id: number; readonly sha256: string }
  | { readonly id: number; readonly unreadable: string };

const PIECE = 4 << 20;
const page = self as unknown as { postMessage(told: Told): void; onmessage: (event: MessageEvent<Asked>) => void };
const stopped = new Set<number>();

page.onmessage = ({ data }) => {
  if ("stop" in data) stopped.add(data.id);
  else void digest(data.id, data.file).catch((error: unknown) => page.postMessage({ id: data.id, unreadable: String(error) }));
};

async function digest(id: number, file: File): Promise<void> {
  const hash = sha256.create();
  for (let at = 0; at < file.size && !stopped.has(id); at += PIECE) {
    hash.update(new Uint8Array(await file.slice(at, at + PIECE).arrayBuffer()));
    page.postMessage({ id, read: Math.min(at + PIECE, file.size) });
  }
  if (!stopped.delete(id)) page.postMessage({ id, sha256: Array.from(hash.digest(), (byte) => byte.toString(16).padStart(2, "0")).join("") });
}
