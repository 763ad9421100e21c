// A big file in parts: which are there, the service says; those that are missing go three at a time, each again where it
// got lost, to the links that the service gives. What was sent before a reload or a break is not sent again.
import { api, asked, onceKey, Refusal, type Schemas } from "../../api/client";
import { patiently, type Waits } from "./patience";
import type { Made } from "./progress";
import { reasonOf, transfer } from "./transfer";
import type { Entry, Upload } from "./upload";

type Open = Schemas["Upload"];
type Link = Schemas["PartLink"];

/** From here on. What is smaller is sent again in seconds, and is made into a version at once. */
export const THRESHOLD = 16 << 20;

const PARALLEL = 3;
const LINKS = 32;
const ROUNDS = 3;
const UNHEARD = 3;

/** Not one part gets to where the links lead, while the service itself is there. */
export class OutOfReach extends Error {}

/** Send what is missing, and wait for the version. `keep` writes down what a later page needs. Throws Refusal, OutOfReach,
 * AbortError. */
export async function inParts(one: Upload, file: File, keep: (change: Partial<Entry>) => void): Promise<Made> {
  one.happened({ is: "begun" });
  let there = await begun(one, keep);
  for (let round = 1; there.state === "open"; round += 1) {
    if (round > ROUNDS) throw new Refusal("parts_lost", "", 0);
    one.happened({ is: "begun" });
    await new Sending(one, file, there).run();
    there = await completed(one, there.id);
  }
  if (there.version) return made(one, there.version);
  keep({ uploadId: null, key: onceKey() }); // another attempt is another upload
  throw new Refusal(there.reason?.code ?? `upload_${there.state}`, there.reason?.detail ?? "", 0);
}

/** Give up what was begun; it is no matter if there is nothing any more. */
export const abandon = async (uploadId: string): Promise<void> =>
  void (await api.DELETE("/api/v1/uploads/{upload_id}", { params: { path: { upload_id: uploadId } } }).catch(() => null));

export const seen = (uploadId: string): Promise<Open> => asked(api.GET("/api/v1/uploads/{upload_id}", { params: { path: { upload_id: uploadId } } }));

const LOST: ReadonlySet<string> = new Set(["failed", "aborted", "expired"]);

/** The upload that was begun with this file and can still become something, or a new one. */
async function begun(one: Upload, keep: (change: Partial<Entry>) => void): Promise<Open> {
  const { uploadId } = one.entry;
  if (uploadId !== null) {
    const there = await patiently(() => seen(uploadId), one.waits).catch((error: unknown) => {
      if (error instanceof Refusal && error.code === "upload_not_found") return null;
      throw error;
    });
    if (there && !LOST.has(there.state)) return there;
    keep({ uploadId: null, key: onceKey() });
  }
  const made = await patiently(() => asked(api.POST("/api/v1/uploads", { params: { header: { "Idempotency-Key": one.entry.key } }, body: announced(one.entry) })), one.waits);
  keep({ uploadId: made.id });
  return made;
}

function announced({ name: filename, size, sha256, purpose }: Entry): Schemas["NewUpload"] {
  if (purpose.kind === "version") return { filename, size, sha256, asset_id: purpose.assetId, rationale: purpose.rationale };
  const { title = "", description = "", tags = [], campaigns = [], fields = {} } = purpose.details;
  return { filename, size, sha256, title, description, tags: [...tags], campaigns: [...campaigns], fields };
}

/** Asked for the completion: the upload as it is when that has ended, or open again where parts are missing. */
async function completed(one: Upload, id: string): Promise<Open> {
  one.happened({ is: "sent" });
  await patiently(() => asked(api.POST("/api/v1/uploads/{upload_id}/complete", { params: { path: { upload_id: id } }, body: { sha256: one.entry.sha256 } })), one.waits)
    .catch((error: unknown) => {
      if (!(error instanceof Refusal) || !["parts_missing", "upload_not_open"].includes(error.code)) throw error;
    });
  for (let wait = 200; ; wait = Math.min(wait * 1.5, 2000)) {
    const there = await patiently(() => seen(id), one.waits);
    if (there.state !== "completing") return there;
    await new Promise((resolve) => setTimeout(resolve, wait));
    one.working.signal.throwIfAborted();
  }
}

function made({ entry }: Upload, { asset_id, number, renditions }: Schemas["Version"]): Made {
  const title = entry.purpose.kind === "version" ? entry.purpose.title : (entry.purpose.details.title ?? entry.name);
  return { assetId: asset_id, number, title, thumbnail: renditions.find((each) => each.recipe === "thumb-256")?.url ?? null };
}

/** One round of sending what is missing. */
class Sending {
  private readonly lacking: number[];
  private readonly links = new Map<number, Link>();
  private readonly underway = new Map<number, number>();
  private readonly stop = new AbortController();
  private arrived: number;
  private unheard = 0;

  constructor(private readonly one: Upload, private readonly file: File, private readonly open: Open) {
    const there = new Set(open.parts.filter((each) => each.size === this.length(each.number)).map((each) => each.number));
    this.arrived = [...there].reduce((sum, number) => sum + this.length(number), 0);
    this.lacking = Array.from({ length: open.part_count }, (_, index) => index + 1).filter((number) => !there.has(number));
  }

  async run(): Promise<void> {
    const stop = (): void => this.stop.abort(this.one.working.signal.reason);
    this.one.working.signal.addEventListener("abort", stop);
    this.one.happened({ is: "acknowledged", bytes: this.arrived });
    try {
      await Promise.all(Array.from({ length: PARALLEL }, () => this.lane()));
    } finally {
      this.stop.abort(new DOMException("Another part could not be sent.", "AbortError"));
      this.one.working.signal.removeEventListener("abort", stop);
    }
  }

  private async lane(): Promise<void> {
    for (let number = this.lacking.shift(); number !== undefined; number = this.lacking.shift()) {
      const mine = number;
      await patiently(() => this.send(mine), this.waits);
      this.arrived += this.length(mine);
      this.underway.delete(mine);
      this.one.happened({ is: "acknowledged", bytes: this.arrived });
      this.tell();
    }
  }

  private get waits(): Waits {
    return { ...this.one.waits, signal: this.stop.signal };
  }

  private async send(number: number): Promise<void> {
    const link = await this.link(number);
    const begin = (number - 1) * this.open.part_size;
    try {
      await transfer({
        method: "PUT",
        url: addressOf(link.url, this.open.id),
        body: this.file.slice(begin, begin + this.length(number)),
        headers: link.headers,
        asPerson: false,
        underway: (bytes) => (this.underway.set(number, bytes), this.tell()),
        signal: this.stop.signal,
      });
    } catch (error) {
      this.links.delete(number); // another link, in case that this one has expired
      this.underway.delete(number);
      this.tell();
      throw await this.meaning(await reasonOf(error, this.file), link);
    }
  }

  /** An old link is asked for anew; a bucket's server that never answers can't be reached from here. */
  private async meaning(error: unknown, { url }: Link): Promise<unknown> {
    if (!(error instanceof Refusal)) return error;
    if (["link_expired", "link_invalid"].includes(error.code) || error.status === 403) return new Refusal("unreachable", "", 0);
    if (error.status === 404) return new Refusal("parts_lost", "", 404);
    const elsewhere = new URL(addressOf(url, this.open.id)).origin !== location.origin;
    if (error.status !== 0 || !elsewhere || this.arrived > 0) return error;
    this.unheard += 1;
    if (this.unheard < UNHEARD) return error;
    return seen(this.open.id).then(() => new OutOfReach(), () => error);
  }

  private async link(number: number): Promise<Link> {
    const known = this.links.get(number);
    if (known && Date.parse(known.expires_at) > Date.now() + 60_000) return known;
    const numbers = [number, ...this.lacking.slice(0, LINKS - 1)];
    const found = await asked(api.POST("/api/v1/uploads/{upload_id}/parts", { params: { path: { upload_id: this.open.id } }, body: { numbers }, signal: this.stop.signal }));
    for (const each of found) this.links.set(each.number, each);
    const link = this.links.get(number);
    if (!link) throw new Refusal("unreachable", "", 0);
    return link;
  }

  private length(number: number): number {
    return Math.min(this.open.part_size, this.open.size - (number - 1) * this.open.part_size);
  }

  private tell(): void {
    this.one.happened({ is: "underway", bytes: [...this.underway.values()].reduce((sum, bytes) => sum + bytes, 0) });
  }
}

/** Links to the service itself lead to where this page reaches it, whatever is in front of it. */
export function addressOf(url: string, uploadId: string): string {
  const { pathname, search } = new URL(url, location.origin);
  return pathname.startsWith(`/api/v1/uploads/${uploadId}/parts/`) ? `${location.origin}${pathname}${search}` : url;
}
