// That these bytes are there already, and where.
import { t } from "../../lib/i18n";
import type { Progress } from "../../state/uploading/progress";
import { Thumb } from "./thumb";

const MOST = 3;

export function Known({ of: { twins, sameAs } }: { of: Progress }) {
  if (twins.length === 0) return <p class="known">{t("upload.same", { name: sameAs ?? "" })}</p>;
  return (
    <div class="known">
      <p>{t("upload.known")}</p>
      {twins.slice(0, MOST).map((each) => (
        <a key={each.id} href={`/assets/${each.id}`} target="_blank" rel="noreferrer"><Thumb file={null} type={`${each.kind}/`} src={each.latest?.thumbnail} />{each.title}</a>
      ))}
      {twins.length > MOST && <p class="quiet">{t("upload.more", { count: twins.length - MOST })}</p>}
    </div>
  );
}
