// What has become of what is safe: its preview is looked for when the feed tells of one; and when that is there, once,
// whether another asset looks like a new one.
import { api, asked, type Schemas } from "../../api/client";
import { hurry, listen } from "../live";
import type { Upload } from "./upload";

const TOLD = new Set(["version.rendered", "version.render_failed"]);
const THUMBNAIL = "thumb-256";

const waiting = new Set<Upload>();
let stop: (() => void) | null = null;

/** Follow it until its preview is there, or it is known that there will be none. */
export function follow(upload: Upload): void {
  waiting.add(upload);
  stop ??= hurriedly();
  void look(upload);
}

export function forget(upload: Upload): void {
  waiting.delete(upload);
  if (waiting.size === 0) {
    stop?.();
    stop = null;
  }
}

function hurriedly(): () => void {
  const ends = [hurry(), listen((events) => {
    const told = new Set(events.filter((each) => TOLD.has(each.type)).map((each) => each.asset_id));
    for (const upload of waiting) if (told.has(upload.now.made?.assetId ?? "")) void look(upload);
  })];
  return () => ends.forEach((end) => end());
}

/** A question that fails is asked again at the next event; the file is safe either way. */
async function look(upload: Upload): Promise<void> {
  const { made } = upload.now;
  if (!made) return;
  const path = { asset_id: made.assetId, number: made.number };
  const version = await asked(api.GET("/api/v1/assets/{asset_id}/versions/{number}", { params: { path } })).catch(() => null);
  if (!version || version.renditions.some((each) => each.state === "pending")) return;
  const thumbnail = version.renditions.find((each) => each.recipe === THUMBNAIL)?.url ?? null;
  upload.happened({ is: "rendered", thumbnail });
  forget(upload);
  if (thumbnail && upload.entry.purpose.kind === "asset") await compare(upload, version);
}

/** Whose bytes are the same was said before it was sent. A question that fails is not asked again: it was a hint. */
async function compare(upload: Upload, { asset_id, sha256 }: Schemas["Version"]): Promise<void> {
  const found = await asked(api.GET("/api/v1/assets/{asset_id}/similar", { params: { path: { asset_id } } })).catch(() => null);
  const nearest = found?.data.find(({ asset }) => asset.latest?.sha256 !== sha256)?.asset;
  if (nearest) upload.happened({ is: "compared", alike: { id: nearest.id, title: nearest.title } });
}
