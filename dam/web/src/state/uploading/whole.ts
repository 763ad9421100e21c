// A file as one form: what is small enough to be sent again when it is lost.
import { API, type Schemas } from "../../api/client";
import { patiently } from "./patience";
import type { Made } from "./progress";
import { reasonOf, transfer } from "./transfer";
import type { Details, Purpose, Upload } from "./upload";

/** Send it; the service makes it once, however often the answer is lost. Throws Refusal, AbortError. */
export async function whole(upload: Upload, file: File): Promise<Made> {
  const { purpose, key } = upload.entry;
  const answer = await patiently(async () => {
    upload.happened({ is: "begun" });
    const sending = transfer({
      method: "POST",
      url: purpose.kind === "asset" ? `${API}/assets` : `${API}/assets/${purpose.assetId}/versions`,
      body: form(purpose, file),
      headers: { "Idempotency-Key": key },
      asPerson: true,
      underway: (bytes) => {
        upload.happened({ is: "underway", bytes: Math.min(bytes, file.size) });
        if (bytes >= file.size) upload.happened({ is: "sent" });
      },
      signal: upload.working.signal,
    });
    return sending.catch(async (error: unknown) => {
      throw await reasonOf(error, file);
    });
  }, upload.waits);
  upload.happened({ is: "acknowledged", bytes: file.size });
  return made(purpose, answer);
}

function form(purpose: Purpose, file: File): FormData {
  const data = new FormData();
  if (purpose.kind === "version") data.append("rationale", purpose.rationale);
  else describe(data, purpose.details);
  data.append("file", file, file.name);
  return data;
}

function describe(data: FormData, { title, description, tags = [], campaigns = [], fields }: Details): void {
  if (title) data.append("title", title);
  if (description) data.append("description", description);
  for (const tag of tags) data.append("tag", tag);
  for (const campaign of campaigns) data.append("campaign", campaign);
  if (fields) data.append("fields", JSON.stringify(fields));
}

function made(purpose: Purpose, answer: unknown): Made {
  if (purpose.kind === "version") {
    const { asset_id, number } = answer as Schemas["Version"];
    return { assetId: asset_id, number, title: purpose.title, thumbnail: null };
  }
  const { id, title, latest } = answer as Schemas["Asset"];
  return { assetId: id, number: latest?.number ?? 1, title, thumbnail: latest?.thumbnail ?? null };
}
