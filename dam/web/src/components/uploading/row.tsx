// One file in the tray: picture, name, how far it is, and what can be done about it.
import { RotateCw, X } from "lucide";
import { t } from "../../lib/i18n";
import { remove, retry } from "../../state/uploads";
import { ended } from "../../state/uploading/progress";
import type { Upload } from "../../state/uploading/upload";
import { Icon } from "../icon";
import { percent, problemOf, status } from "./words";
import { Thumb } from "./thumb";

export function Row({ of }: { of: Upload }) {
  const { now, entry } = of;
  const { name } = entry;
  const safe = now.phase === "ready" || now.phase === "rendering";
  return (
    <li class={`upload-row ${now.phase}`}>
      <Thumb file={of.file} type={entry.type} src={now.made?.thumbnail} />
      <div class="what">
        {now.made ? <a class="name" href={`/assets/${now.made.assetId}`} title={name}>{name}</a> : <span class="name" title={name}>{name}</span>}
        {now.error ? <p class="wrong">{problemOf(now.error)} <code>{now.error.code}</code></p> : <p class="quiet">{status(of)}</p>}
        {!ended(now) && <Bar of={of} />}
      </div>
      <div class="actions">
        {now.phase === "failed" && now.error?.code !== "empty" && (
          <button class="button quiet" aria-label={t("upload.retry", { name })} title={t("action.again")} onClick={() => retry(of)}><Icon of={RotateCw} /></button>
        )}
        <button class="button quiet" aria-label={t(safe ? "upload.dismiss" : "upload.cancel", { name })} title={t(safe ? "upload.dismiss_short" : "action.cancel")} onClick={() => remove(of)}><Icon of={X} /></button>
      </div>
    </li>
  );
}

/** The full tone is what the service has acknowledged; the pale one is on its way, and may yet be lost. */
function Bar({ of: { now, entry } }: { of: Upload }) {
  const done = percent(now.acknowledged, entry.size);
  const underway = Math.min(100, percent(now.acknowledged + now.underway, entry.size));
  return (
    <svg
      class="upload-bar" role="progressbar" aria-label={entry.name} aria-valuemin={0} aria-valuemax={100} aria-valuenow={done}
      viewBox="0 0 100 1" preserveAspectRatio="none"
    >
      <rect class="underway" width={underway} height="1" />
      <rect class="done" width={done} height="1" />
    </svg>
  );
}
