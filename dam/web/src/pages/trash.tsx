// What was moved to the trash, the last first, and out of it again. Nothing here is lost until then.
import { RotateCcw, Trash2 } from "lucide";
import { api, asked, onceKey, type Schemas } from "../api/client";
import { Icon } from "../components/icon";
import { More } from "../components/more";
import { Picture } from "../components/picture";
import { Failures } from "../components/problem";
import { Time } from "../components/time";
import { useDoing } from "../lib/doing";
import { t } from "../lib/i18n";
import { useTitle } from "../lib/title";
import { usePages } from "../state/pages";
import { may } from "../state/session";
import "./places.css";

const AT_ONCE = 50;

export default function Trash() {
  useTitle(t("library.in_trash"));
  const found = usePages(
    "trash",
    (cursor, signal) => asked(api.GET("/api/v1/assets/trash", { params: { query: { limit: AT_ONCE, ...(cursor ? { cursor } : {}) } }, ...(signal ? { signal } : {}) })),
    (event) => event.type === "asset.trashed" || event.type === "asset.restored",
  );
  const none = found.rows.length === 0 && !found.loading && found.error === undefined;
  return (
    <div class="page">
      <header class="stack">
        <p class="quiet"><a href="/">{t("nav.library")}</a></p>
        <h1>{t("library.in_trash")}</h1>
        {!none && <p class="quiet">{t("library.in_trash_says")}</p>}
      </header>
      {none
        ? <div class="nothing-waits"><Icon of={Trash2} size={24} /><p>{t("library.trash_empty")}</p><p class="quiet">{t("library.trash_empty_says")}</p></div>
        : <ul class="entries">{found.rows.map((each) => <Line key={each.id} asset={each} reload={found.reload} />)}</ul>}
      {!none && <More of={found} none="" />}
    </div>
  );
}

function Line({ asset, reload }: { asset: Schemas["Asset"]; reload(): Promise<void> }) {
  const doing = useDoing();
  const { latest } = asset;
  const restore = async (): Promise<void> => {
    await asked(api.POST("/api/v1/assets/{asset_id}/restore", { params: { path: { asset_id: asset.id }, header: { "Idempotency-Key": onceKey() } } }));
    await reload();
  };
  return (
    <li>
      <span class="thumb large"><Picture src={latest?.thumbnail ?? null} width={4} height={3} colour={latest?.colour ?? null} alt="" /></span>
      <span class="name">
        <a href={`/assets/${asset.id}`}>{asset.title}</a>
        {asset.trashed_at && <span class="quiet">{t("library.since")} <Time at={asset.trashed_at} /></span>}
        <Failures of={doing} />
      </span>
      {may("contributor") && <button class="button" aria-label={t("library.restore_named", { title: asset.title })} {...doing.press("restore", restore)}><Icon of={RotateCcw} />{t("library.restore")}</button>}
    </li>
  );
}
