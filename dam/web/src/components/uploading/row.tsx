// One file in the tray: picture, name, how far it is, and what can be done about it.
import { RotateCw, X } from "lucide";
import { t } from "../../lib/i18n";
import { remove, reopen, retry } from "../../state/uploads";
import { ended, type Progress } from "../../state/uploading/progress";
import type { Upload } from "../../state/uploading/upload";
import { Icon } from "../icon";
import { Known } from "./known";
import { percent, problemOf, status } from "./words";
import { Thumb } from "./thumb";

const moves = ({ phase, acknowledged }: Progress): boolean => phase === "sending" || phase === "checking" || (phase === "waiting" && acknowledged > 0);

/** Once more would end the same. */
const FINAL: ReadonlySet<string> = new Set(["empty", "too_large", "invalid_filename", "asset_not_found"]);

interface Props {
  readonly of: Upload;
  /** Let the person find the file again. */
  choose(): void;
}

export function Row({ of, choose }: Props) {
  const { now, entry } = of;
  const { name } = entry;
  return (
    <li class={`upload-row ${now.phase}`}>
      <Thumb file={of.file} type={entry.type} src={now.made?.thumbnail} />
      <div class="what">
        {now.made ? <a class="name" href={`/assets/${now.made.assetId}`} title={name}>{name}</a> : <span class="name" title={name}>{name}</span>}
        {now.error ? <p class="wrong">{problemOf(now.error)} <code>{now.error.code}</code></p> : <p class="quiet">{status(of)}</p>}
        {now.alike && <p class="quiet">{t("upload.alike")} <a href={`/assets/${now.alike.id}`}>{now.alike.title}</a></p>}
        {now.phase === "known" && <Known of={now} />}
        {now.phase === "known" && <button class="button" onClick={() => retry(of)}>{t("upload.anyway")}</button>}
        {now.hold === "file" && <GoOn of={of} choose={choose} />}
        {moves(now) && <Bar of={of} />}
      </div>
      <Actions of={of} />
    </li>
  );
}

function Actions({ of }: { of: Upload }) {
  const { now, entry: { name } } = of;
  return (
    <div class="actions">
      {of.file && now.error && !FINAL.has(now.error.code) && (
        <button class="button quiet" aria-label={t("upload.retry", { name })} title={t("action.again")} onClick={() => retry(of)}><Icon of={RotateCw} /></button>
      )}
      <button
        class="button quiet" aria-label={t(ended(now) ? "upload.dismiss" : "upload.cancel", { name })}
        title={t(ended(now) ? "upload.dismiss_short" : "action.cancel")} onClick={() => remove(of)}
      >
        <Icon of={X} />
      </button>
    </div>
  );
}

/** A file that the browser has lost hold of: it may open it by itself, or the person finds it again. */
function GoOn({ of, choose }: Props) {
  const act = (): void => (of.entry.handle ? void reopen(of).then((same) => same || choose()) : choose());
  return <button class="button" onClick={act}>{t(of.entry.handle ? "upload.go_on" : "upload.choose_again")}</button>;
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
