// What an earlier page has left: with a handle the browser opens the file again, else the person chooses it again.
import { Refusal } from "../../api/client";
import { left } from "./journal";
import { seen } from "./parts";
import { Upload, type Entry } from "./upload";

/** This person's, each as far as the service knows. */
export async function restored(who: string): Promise<readonly Upload[]> {
  return Promise.all((await left(who)).map(one));
}

async function one(entry: Entry): Promise<Upload> {
  const found = new Upload(entry, null);
  found.happened({ is: "queued" });
  await whatIsThere(found);
  if (found.now.made) return found;
  found.file = await permitted(found, false);
  if (!found.file) found.happened({ is: "held", by: "file" });
  return found;
}

async function whatIsThere(one: Upload): Promise<void> {
  const { uploadId } = one.entry;
  if (uploadId === null) return;
  const there = await seen(uploadId).catch((error: unknown) => {
    if (error instanceof Refusal) return null; // it is asked again when the file goes on
    throw error;
  });
  if (!there) return;
  const { version, parts } = there;
  if (version) one.happened({ is: "made", made: { assetId: version.asset_id, number: version.number, title: one.entry.name, thumbnail: null } });
  else one.happened({ is: "found", bytes: parts.reduce((sum, each) => sum + each.size, 0) });
}

interface Permissive {
  queryPermission?(mode: { mode: "read" }): Promise<PermissionState>;
  requestPermission?(mode: { mode: "read" }): Promise<PermissionState>;
}

/** The file by its handle, if it is still the same, and may be read (`ask`: the person may be asked now). */
export async function permitted(one: Upload, ask: boolean): Promise<File | null> {
  const { handle } = one.entry;
  if (!handle) return null;
  const { queryPermission, requestPermission } = handle as Permissive;
  const question = ask ? requestPermission : queryPermission;
  const state = (await question?.call(handle, { mode: "read" })) ?? "granted";
  if (state !== "granted") return null;
  const file = await handle.getFile().catch(() => null);
  return file && one.isOf(file) ? file : null;
}
