// Quick look: one asset large over the page, the facts beside it; arrows step through what was found.
import { ArrowLeft, ArrowRight, Check, X } from "lucide";
import { useEffect, useRef } from "preact/hooks";
import { api, asked } from "../../api/client";
import { Icon } from "../../components/icon";
import { Problem } from "../../components/problem";
import { State } from "../../components/states";
import { Time } from "../../components/time";
import { number, size, t } from "../../lib/i18n";
import { nameOf } from "../../state/names";
import { moving, type Version } from "../../state/looks";
import { useResource, type Resource } from "../../state/resource";
import type { Asset } from "./results";
import { isSelected } from "./selection";
import { decisions, reason, there } from "./tile";

interface Props {
  readonly asset: Asset;
  /** Which one of how many it is; null where it is none of what was found. */
  readonly place: { readonly at: number; readonly of: number } | null;
  step(by: 1 | -1): void;
  open(asset: Asset): void;
  select(asset: Asset): void;
  close(): void;
}

export function QuickLook({ asset, place, step, open, select, close }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current!;
    element.showModal();
    element.focus();
    return () => element.close();
  }, []);
  const keys = (event: KeyboardEvent): void => {
    if (event.metaKey || event.ctrlKey || event.altKey) return;
    const pressed = (event.target as Element).matches("a, button");
    if (event.key === "ArrowRight" || event.key === "ArrowDown") step(1);
    else if (event.key === "ArrowLeft" || event.key === "ArrowUp") step(-1);
    else if (event.key === " " && !pressed) close();
    else if (event.key === "Enter" && !pressed) open(asset);
    else if (event.key === "x") select(asset);
    else return;
    event.preventDefault();
  };
  const chosen = isSelected(asset.id);
  const shown = asset.latest;
  const version = useResource(shown && `${asset.id}/${shown.number}`, (signal) =>
    asked(api.GET("/api/v1/assets/{asset_id}/versions/{number}", {
      params: { path: { asset_id: asset.id, number: shown?.number ?? 0 } }, signal,
    })),
  );
  return (
    <dialog
      ref={dialog} class="look" tabIndex={-1} aria-label={t("library.look_at", { title: asset.title })} onKeyDown={keys}
      onCancel={(event) => (event.preventDefault(), close())}
    >
      <div class="stage"><Large asset={asset} version={version.data} /></div>
      <aside class="facts">
        <header>
          {place && <span class="quiet">{t("library.nth", place)}</span>}
          <button class="button quiet" aria-label={t("library.previous")} disabled={!place || place.at <= 1} onClick={() => step(-1)}><Icon of={ArrowLeft} /></button>
          <button class="button quiet" aria-label={t("library.next")} disabled={!place || place.at >= place.of} onClick={() => step(1)}><Icon of={ArrowRight} /></button>
          <button class="button quiet" aria-label={t("action.close")} onClick={close}><Icon of={X} /></button>
        </header>
        <Facts asset={asset} version={version} />
        <footer>
          <button class="button" aria-pressed={chosen} onClick={() => select(asset)}><Icon of={Check} />{t(chosen ? "library.selected_one" : "library.select_this")}</button>
          <a class="button primary" href={`/assets/${asset.id}`}>{t("library.open")}</a>
        </footer>
      </aside>
    </dialog>
  );
}

const BOX = 2048;
const SMALLER = 1024;

/** As large as there is room, and never larger than it is; the small one holds its place. What moves does so here. */
function Large({ asset, version }: { asset: Asset; version: Version | undefined }) {
  const shown = asset.latest;
  if (!shown?.thumbnail) {
    const [icon, why] = reason(asset);
    return <p class="nothing"><Icon of={icon} size={24} />{why}</p>;
  }
  const [width, height] = [shown.width ?? BOX, shown.height ?? BOX];
  const longest = Math.max(width, height);
  const drawn = Math.round(width * Math.min(1, BOX / longest));
  const name = longest > SMALLER && innerWidth * devicePixelRatio > SMALLER ? "large-2048" : "preview-1024";
  return (
    <img
      key={`${asset.id}/${shown.number}`} alt={asset.title} src={(version && moving(version)?.url) ?? shown.thumbnail.replace("thumb-256", name)} draggable={false} onLoad={there}
      style={{
        width: `min(100cqw, ${drawn}px, calc(100cqh * ${width / height}))`, aspectRatio: `${width} / ${height}`,
        backgroundColor: shown.colour ?? "", backgroundImage: `url("${shown.thumbnail}")`,
      }}
    />
  );
}

function Facts({ asset, version }: { asset: Asset; version: Resource<Version> }) {
  const shown = asset.latest;
  return (
    <div class="body">
      <h2>{asset.title}</h2>
      <p class="row">{decisions(asset).map(({ state, says }) => <State key={state} state={state} says={says} />)}</p>
      {asset.description && <p class="prose">{asset.description}</p>}
      <dl>
        {shown && <Fact name={t("library.file")}>{shown.filename}</Fact>}
        {shown?.width && shown.height && <Fact name={t("library.dimensions")}>{number(shown.width)} × {number(shown.height)} px</Fact>}
        {version.data && <Fact name={t("library.size")}>{size(version.data.size)}, {version.data.media_type}</Fact>}
        {version.data?.rationale && <Fact name={t("library.rationale")}>{version.data.rationale}</Fact>}
        <Fact name={t("library.created")}><Time at={asset.created_at} /> · {nameOf(asset.created_by)}</Fact>
        {asset.campaigns.length > 0 && <Fact name={t("library.facet.campaign")}>{asset.campaigns.join(", ")}</Fact>}
        {asset.tags.length > 0 && <Fact name={t("library.facet.tag")}><Chips names={asset.tags} /></Fact>}
      </dl>
      {version.error !== undefined && <Problem error={version.error} retry={() => void version.reload()} />}
    </div>
  );
}

const Fact = ({ name, children }: { name: string; children: preact.ComponentChildren }) => (
  <div><dt>{name}</dt><dd>{children}</dd></div>
);

const Chips = ({ names }: { names: readonly string[] }) => (
  <span class="row">{names.map((each) => <span key={each} class="chip">{each}</span>)}</span>
);
