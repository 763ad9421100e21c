// A document page by page: the picture of the one in the address (`?p=3`) and the pager under it. Page Up and Page Down turn
// too, where there is a page to turn to.
import { ChevronLeft, ChevronRight, CircleAlert, RotateCw } from "lucide";
import type { ComponentChildren, CSSProperties } from "preact";
import { Icon } from "../../components/icon";
import { Failures, Problem } from "../../components/problem";
import { Pane, placed, StageTools, useViewing } from "../../components/stage";
import { useDoing } from "../../lib/doing";
import { maybe, t } from "../../lib/i18n";
import { useKeys, type Shortcut } from "../../lib/keys";
import { go, place, withQuery } from "../../lib/route";
import { pageNamed, pageSize, useLeaf, type Leafed } from "../../state/leaf";
import { colour, pictureSize, smallest, type Rendition, type Version } from "../../state/looks";
import { may } from "../../state/session";
import { Measures } from "./measures";

interface Props {
  readonly version: Version;
  readonly title: string;
  /** What stands before the tools, such as the way back. */
  readonly before: ComponentChildren;
  /** Of the first page. */
  readonly picture: Rendition;
}

export function Leaf({ version, title, before, picture }: Props) {
  const pages = version.pages ?? 1;
  const page = pageNamed(place.value.query.get("p"), pages);
  const leaf = useLeaf(version, page);
  const own = pageSize(pictureSize(version, picture), leaf.made);
  const size = { width: own.width / devicePixelRatio, height: own.height / devicePixelRatio };
  const viewing = useViewing(size);
  const where = placed(viewing.view, size);
  const alt = t("asset.page_of", { title, number: version.number, page });
  const small = smallest(version);
  return (
    <>
      <div class="stage-bar">{before}<StageTools viewing={viewing} /><span class={page === 1 ? "first-page" : "first-page turned"}><Measures version={version} picture={picture} /></span></div>
      <Pane viewing={viewing} label={t("asset.pane")}>
        {page === 1
          ? <>
              <span class="layer" style={{ ...where, backgroundColor: colour(version) ?? undefined }} />
              {small?.url && small !== picture && <img class="layer" key={small.url} src={small.url} alt="" style={where} draggable={false} />}
              <img class="layer" key={picture.url ?? ""} src={picture.url ?? ""} alt={alt} style={where} draggable={false} />
            </>
          : <Turned key={page} page={page} leaf={leaf} where={where} alt={alt} />}
      </Pane>
      <Pager page={page} pages={pages} />
    </>
  );
}

interface TurnedProps {
  readonly page: number;
  readonly leaf: Leafed;
  readonly where: CSSProperties;
  readonly alt: string;
}

/** A page that was turned to: its picture, the room for it while it is made, or why it can't be shown. */
function Turned({ page, leaf, where, alt }: TurnedProps) {
  const { made, error } = leaf;
  if (made?.url) return <img class="layer" key={made.url} src={made.url} alt={alt} style={where} draggable={false} />;
  if (made?.state === "failed") return <Failed page={page} leaf={leaf} />;
  if (error !== undefined) return <div class="why"><Problem error={error} /></div>;
  return <span class="layer awaited-page" role="img" aria-label={t("asset.page_pending", { page })} style={where} />;
}

function Failed({ page, leaf }: { page: number; leaf: Leafed }) {
  const doing = useDoing();
  const reason = leaf.made?.reason;
  return (
    <div class="why" role="status">
      <p class="row"><Icon of={CircleAlert} /><b>{t("asset.page_failed", { page })}</b></p>
      {reason && <p>{maybe(`asset.reason.${reason.code}`) ?? reason.detail}</p>}
      {reason && <code class="code">{reason.code}</code>}
      {may("contributor") && <button class="button" {...doing.press("retry", leaf.retry)}><Icon of={RotateCw} />{t("action.again")}</button>}
      <Failures of={doing} />
    </div>
  );
}

/** To the page before and the one after; at either end nothing takes the focus away. */
function Pager({ page, pages }: { page: number; pages: number }) {
  const [first, last] = [page === 1, page === pages];
  const turn = (to: number): void => {
    if (to >= 1 && to <= pages) go(withQuery({ p: to === 1 ? null : String(to) }), { replace: true });
  };
  const back: Shortcut = { keys: "PageUp", says: "asset.key.page_previous", run: () => turn(page - 1) };
  const forth: Shortcut = { keys: "PageDown", says: "asset.key.page_next", run: () => turn(page + 1) };
  useKeys([...(first ? [] : [back]), ...(last ? [] : [forth])]);
  return (
    <nav class="pager" aria-label={t("asset.pages")}>
      <button class="button quiet" aria-label={t("asset.page_previous")} aria-disabled={first ? "true" : undefined} onClick={back.run}><Icon of={ChevronLeft} /></button>
      <p role="status">{t("asset.page_at", { page, pages })}</p>
      <button class="button quiet" aria-label={t("asset.page_next")} aria-disabled={last ? "true" : undefined} onClick={forth.run}><Icon of={ChevronRight} /></button>
    </nav>
  );
}
