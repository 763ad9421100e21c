// A new version of an asset: old and new beside each other, and why. What was typed is kept until it is sent.
import { ArrowRight } from "lucide";
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { API, api, asked } from "../../api/client";
import { size, t } from "../../lib/i18n";
import { go } from "../../lib/route";
import { useResource } from "../../state/resource";
import { replacing, sendVersion } from "../../state/uploads";
import { digest } from "../../state/uploading/digest";
import type { Found } from "../../state/uploading/upload";
import { Dialog } from "../dialog";
import { Icon } from "../icon";
import { Problem } from "../problem";
import { Thumb, useObjectUrl } from "./thumb";

interface Props {
  readonly asset: { readonly id: string; readonly title: string };
  readonly found: Found;
}

const draftOf = (id: string): string => `dam.rationale.${id}`;

export function Replace({ asset, found }: Props) {
  const [why, setWhy] = useState(() => localStorage.getItem(draftOf(asset.id)) ?? "");
  const present = useResource(asset.id, (signal) => asked(api.GET("/api/v1/assets/{asset_id}", { params: { path: { asset_id: asset.id } }, signal })));
  const close = (): void => void (replacing.value = null);
  const typed = (text: string): void => (setWhy(text), localStorage.setItem(draftOf(asset.id), text));
  const submit = (event: Event): void => {
    event.preventDefault();
    localStorage.removeItem(draftOf(asset.id));
    sendVersion(asset, found, why.trim());
    go(`/assets/${asset.id}`);
  };
  const latest = present.data?.latest ?? null;
  const sha256 = useDigest(found.file);
  return (
    <Dialog title={t("upload.replace", { title: present.data?.title ?? asset.title })} onClose={close} wide>
      <form class="replace" onSubmit={submit}>
        <div class="replace-both">
          <Side says={latest ? t("upload.now", { number: latest.number }) : ""}>
            {latest?.thumbnail
              ? <img src={`${API}/assets/${asset.id}/versions/${latest.number}/renditions/preview-1024`} alt={t("upload.now", { number: latest.number })} />
              : latest && <Thumb file={null} type={`${present.data?.kind}/`} />}
          </Side>
          <Icon of={ArrowRight} />
          <Side says={t("upload.new", { name: found.file.name, size: size(found.file.size) })}><New file={found.file} /></Side>
        </div>
        {latest !== null && sha256 === latest.sha256 && <p role="status" class="wrong">{t("upload.same_version", { number: latest.number })}</p>}
        {present.error !== undefined && <Problem error={present.error} retry={() => void present.reload()} />}
        <div class="field">
          <label for="rationale">{t("upload.why")}</label>
          <textarea id="rationale" value={why} required maxLength={20_000} autofocus aria-describedby="rationale-hint" onInput={(event) => typed(event.currentTarget.value)} />
          <p class="hint" id="rationale-hint">{t("upload.why_hint")}</p>
        </div>
        <footer>
          <button type="button" class="button" onClick={close}>{t("action.cancel")}</button>
          <button class="button primary" disabled={!why.trim() || !latest}>{t("upload.send_version", { number: (latest?.number ?? 0) + 1 })}</button>
        </footer>
      </form>
    </Dialog>
  );
}

/** Null until it is known; a file that can't be read says so when it is sent. */
function useDigest(file: File): string | null {
  const [made, setMade] = useState<string | null>(null);
  useEffect(() => {
    const ends = new AbortController();
    digest(file, () => {}, ends.signal).then(setMade, () => {});
    return () => ends.abort();
  }, [file]);
  return made;
}

function Side({ says, children }: { says: string; children: ComponentChildren }) {
  return <figure><div class="frame">{children}</div><figcaption>{says}</figcaption></figure>;
}

function New({ file }: { file: File }) {
  const url = useObjectUrl(file);
  return url ? <img src={url} alt={file.name} /> : <Thumb file={null} type={file.type} />;
}
