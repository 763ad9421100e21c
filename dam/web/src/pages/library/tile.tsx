// One asset in the grid: its picture, or its name where there is none; what is decided about it; whether it is selected.
import { Check, CircleAlert, FileText, Hourglass, PencilLine, Trash2, type IconNode } from "lucide";
import { Icon } from "../../components/icon";
import { word } from "../../components/states";
import { useDropOn } from "../../components/uploads";
import { t } from "../../lib/i18n";
import type { Asset } from "./results";
import { isSelected } from "./selection";

interface Props {
  readonly asset: Asset;
  readonly left: number;
  readonly width: number;
  readonly height: number;
  readonly column: number;
  /** The one that Tab leads to. */
  readonly active: boolean;
  readonly eager: boolean;
  select(asset: Asset, range: boolean): void;
  look(asset: Asset): void;
}

export function Tile({ asset, left, width, height, column, active, eager, select, look }: Props) {
  const chosen = isSelected(asset.id);
  const pictured = Boolean(asset.latest?.thumbnail);
  return (
    <div
      role="gridcell" aria-colindex={column} aria-selected={chosen} {...useDropOn(asset)} class={`tile${pictured ? "" : " bare"}${chosen ? " chosen" : ""}`}
      style={{ left: `${left}px`, width: `${width}px`, height: `${height}px`, backgroundColor: asset.latest?.colour ?? "" }}
    >
      <a href={`/assets/${asset.id}`} data-id={asset.id} tabIndex={active ? 0 : -1} aria-label={pictured ? spoken(asset) : undefined} draggable={false}>
        {pictured ? <Thumbnail asset={asset} width={width} height={height} eager={eager} /> : <Bare asset={asset} />}
        {pictured && <span class="name" aria-hidden="true">{asset.title}</span>}
      </a>
      <Badges asset={asset} />
      {/* Their signs are drawn by the style sheet: there are hundreds of them, and hardly one is ever seen. */}
      <button class="corner" tabIndex={-1} aria-pressed={chosen} aria-label={t("library.select", { title: asset.title })}
        onClick={(event) => select(asset, event.shiftKey)}
      ><span /></button>
      <button class="corner open" tabIndex={-1} aria-label={t("library.look_at", { title: asset.title })} onClick={() => look(asset)}>
        <span />
      </button>
    </div>
  );
}

const SMALL = 256;

/** The small one; a larger one where the tile is wide or the screen dense. */
function Thumbnail({ asset, width, height, eager }: { asset: Asset; width: number; height: number; eager: boolean }) {
  const { thumbnail, width: w, height: h } = asset.latest ?? {};
  if (!thumbnail) return null;
  const longest = Math.max(w ?? SMALL, h ?? SMALL);
  const small = ((w ?? SMALL) * Math.min(longest, SMALL)) / longest;
  const larger = longest > SMALL && width * devicePixelRatio > small * 1.25;
  return (
    <img
      src={larger ? thumbnail.replace("thumb-256", "preview-1024") : thumbnail} alt="" draggable={false} decoding="async"
      loading={eager ? "eager" : "lazy"} style={framed(w && h ? w / h : null, width, height)} onLoad={shownThrough(asset) ? there : undefined}
    />
  );
}

/** How large a picture is whose proportion is too extreme for its tile; nothing where it fills it. */
function framed(proportion: number | null, width: number, height: number) {
  if (proportion === null || Math.abs(proportion / (width / height) - 1) < 0.05) return {};
  return { width: `${Math.min(width, height * proportion)}px`, height: `${Math.min(height, width / proportion)}px` };
}

/** What can't be transparent keeps the colour behind it: a pattern behind each would be most of what is painted. */
const OPAQUE = /^(image\/(jpeg|heic)|video\/.*|audio\/.*|application\/pdf|text\/.*)$/;

const shownThrough = (asset: Asset): boolean => !OPAQUE.test(asset.latest?.media_type ?? "");

/** A picture that is there may be transparent: what held its place would be seen through it. */
export const there = ({ currentTarget }: { readonly currentTarget: EventTarget }): void =>
  (currentTarget as Element).classList.add("there");

/** What stands there without a picture: the name, the kind of file, and why. */
function Bare({ asset }: { asset: Asset }) {
  const shown = asset.latest;
  const [icon, why] = reason(asset);
  return (
    <span class="instead">
      <span class="ending">{ending(shown?.filename ?? "")}</span>
      <span class="title">{asset.title}</span>
      <span class={shown?.preview === "failed" ? "why failed" : "why"}><Icon of={icon} size={14} /><span>{why}</span></span>
      <span class="visually-hidden">{decisions(asset).map((each) => each.says).join(", ")}</span>
    </span>
  );
}

export function reason(asset: Asset): readonly [IconNode, string] {
  const shown = asset.latest;
  if (shown?.preview === "pending") return [Hourglass, t("library.processing")];
  const why = shown?.reason?.detail;
  if (shown?.preview === "failed") return [CircleAlert, why ? t("library.failed_because", { why }) : t("library.failed")];
  return [FileText, t("library.no_preview")];
}

const ending = (filename: string): string => (/\.([\p{L}\p{N}]{1,5})$/u.exec(filename)?.[1] ?? "").toUpperCase();

/** The decisions that a tile tells: of what is approved, and of a newer version that is not. */
export function decisions(asset: Asset): readonly { readonly state: string; readonly says: string }[] {
  const { latest, approved } = asset;
  const told: { state: string; says: string }[] = [];
  if (asset.trashed_at) told.push({ state: "trashed", says: t("library.trashed") });
  if (approved) told.push({ state: "approved", says: versioned(word("approved"), approved.number) });
  if (latest && latest.number !== approved?.number) told.push({ state: latest.status, says: versioned(word(latest.status), latest.number) });
  return told;
}

const versioned = (state: string, number: number): string => (number > 1 ? t("library.version", { state, number }) : state);

const BADGES: Readonly<Record<string, IconNode>> = { approved: Check, draft: PencilLine, trashed: Trash2 };

function Badges({ asset }: { asset: Asset }) {
  return (
    <span class="badges" aria-hidden="true">
      {decisions(asset).map(({ state, says }) => (
        <span key={state} class={`badge is-${state}`} title={says}>
          <Icon of={BADGES[state] ?? CircleAlert} size={12} />
          {numberOf(asset, state) > 1 && <span>{numberOf(asset, state)}</span>}
        </span>
      ))}
    </span>
  );
}

const numberOf = (asset: Asset, state: string): number =>
  (state === "approved" ? asset.approved?.number : state === "trashed" ? 0 : asset.latest?.number) ?? 0;

const spoken = (asset: Asset): string => [asset.title, ...decisions(asset).map((each) => each.says)].join(", ");
