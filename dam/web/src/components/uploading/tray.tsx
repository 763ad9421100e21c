// What is on its way, while one browses: the whole in one line, each file below it. What needs the person comes first.
import { ChevronDown, ChevronUp, X } from "lucide";
import { useEffect, useRef, useState } from "preact/hooks";
import { many, size, t } from "../../lib/i18n";
import { again, clear, totals, uploads } from "../../state/uploads";
import { forgetful } from "../../state/uploading/journal";
import { Pace } from "../../state/uploading/pace";
import { needsPerson, type Phase } from "../../state/uploading/progress";
import type { Upload } from "../../state/uploading/upload";
import { Icon } from "../icon";
import { Row } from "./row";
import { duration } from "./words";

const MOST_ROWS = 60;
const ORDER: readonly Phase[] = ["failed", "known", "checking", "sending", "reading", "waiting", "rendering", "ready"];

const rank = ({ now }: Upload): number => (needsPerson(now) ? 0 : ORDER.indexOf(now.phase));

export function Tray() {
  const [open, setOpen] = useState(true);
  const rows = uploads.value.toSorted((one, other) => rank(one) - rank(other));
  const needing = rows.filter((each) => needsPerson(each.now)).length;
  const { files, done } = totals.value;
  const input = useRef<HTMLInputElement>(null);
  const [other, setOther] = useState<string>();
  const choose = (): void => input.current?.click();
  const found = (chosen: readonly File[]): void => setOther(chosen.find((each) => !again(each))?.name);
  return (
    <aside class="tray" aria-label={t("upload.tray")}>
      <header>
        <div>
          <h2><span role="status">{summary(files, done, needing)}</span></h2>
          {done < files && <Speed />}
        </div>
        <button class="button quiet" aria-expanded={open} aria-label={t(open ? "upload.fold" : "upload.unfold")} onClick={() => setOpen(!open)}>
          <Icon of={open ? ChevronDown : ChevronUp} />
        </button>
        {done > 0 && done === files && needing === 0 && (
          <button class="button quiet" aria-label={t("upload.clear")} onClick={clear}><Icon of={X} /></button>
        )}
      </header>
      {other && <p class="wrong note" role="alert">{t("upload.other_file", { name: other })}</p>}
      {forgetful.value && done < files && <p class="quiet note">{t("upload.forgetful")}</p>}
      <input
        ref={input} type="file" multiple hidden tabIndex={-1} aria-label={t("upload.choose_again")}
        onChange={({ currentTarget }) => (found([...(currentTarget.files ?? [])]), (currentTarget.value = ""))}
      />
      {open && (
        <ul>
          {rows.slice(0, MOST_ROWS).map((each) => <Row key={each.entry.id} of={each} choose={choose} />)}
          {rows.length > MOST_ROWS && <li class="more quiet">{t("upload.more", { count: rows.length - MOST_ROWS })}</li>}
        </ul>
      )}
    </aside>
  );
}

function summary(files: number, done: number, needing: number): string {
  const said = done < files ? t("upload.going", { done, files }) : files > 0 ? many("upload.done", files) : "";
  return [said, needing > 0 ? many("upload.needing", needing) : ""].filter(Boolean).join(" · ");
}

/** Looked at each second, so that a number that is read does not flicker. */
function Speed() {
  const pace = useRef(new Pace());
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((now) => now + 1), 1000);
    return () => clearInterval(timer);
  }, []);
  const { bytes, acknowledged } = totals.value;
  const now = performance.now();
  pace.current.add(acknowledged, now);
  const speed = pace.current.speed(now);
  const share = t("upload.share", { done: size(acknowledged), size: size(bytes) });
  return <p class="quiet">{speed === null ? share : `${share} · ${t("upload.speed", { speed: size(speed) })} · ${duration((bytes - acknowledged) / speed)}`}</p>;
}

