// What the version's file tells of itself, and who has the same. Everything of it is hostile text.
import { Copy } from "../../components/copy";
import { Time } from "../../components/time";
import { duration, maybe, number, size, t, tongues } from "../../lib/i18n";
import type { Asset, Version } from "../../state/asset";
import { colours, dimensions } from "../../state/looks";
import { nameOf } from "../../state/names";
import { getAsset } from "../../state/asset";
import { useResource } from "../../state/resource";

/** Said in words of their own above the others, or again in better ones. */
const SAID = new Set(["width", "height", "colour", "colours", "format", "colour_mode"]);

export function FileFacts({ asset, version }: { asset: Asset; version: Version }) {
  const own = dimensions(version);
  const swatches = colours(version);
  const others = Object.entries(version.properties).filter(([name, value]) => !SAID.has(name) && plain(name, value) !== null);
  return (
    <>
      <dl class="file-facts">
        <Fact name={t("asset.filename")}>{version.filename}</Fact>
        <Fact name={t("asset.type")}>{version.media_type}</Fact>
        <Fact name={t("asset.size")}><span title={t("asset.bytes", { bytes: version.size })}>{size(version.size)}</span></Fact>
        {own && <Fact name={t("asset.dimensions")}>{t("asset.pixels", { width: own.width, height: own.height })}</Fact>}
        {swatches.length > 0 && (
          <Fact name={t(swatches.length > 1 ? "asset.colours" : "asset.colour")}>
            {swatches.map((each) => <span class="hue" key={each}><span class="dot" style={{ backgroundColor: each }} /> {each} </span>)}
          </Fact>
        )}
        {others.map(([name, value]) => <Fact key={name} name={maybe(`asset.property.${name}`) ?? name}>{plain(name, value)}</Fact>)}
        <Fact name={t("asset.uploaded")}>{nameOf(version.created_by)}, <Time at={version.created_at} /></Fact>
        <Fact name="SHA-256"><span class="whole-digest"><code>{version.sha256}</code><Copy text={version.sha256} label={t("asset.copy_digest")} /></span></Fact>
      </dl>
      {asset.duplicates.length > 0 && asset.latest?.number === version.number && (
        <div class="duplicates"><h3>{t("asset.duplicates")}</h3><ul>{asset.duplicates.map((id) => <li key={id}><Duplicate id={id} /></li>)}</ul></div>
      )}
    </>
  );
}

function Fact({ name, children }: { name: string; children: preact.ComponentChildren }) {
  return <div><dt>{name}</dt><dd>{children}</dd></div>;
}

function Duplicate({ id }: { id: string }) {
  const found = useResource(`asset/${id}`, (signal) => getAsset(id, signal));
  return <a href={`/assets/${encodeURIComponent(id)}`}>{found.data?.title ?? id.slice(0, 8)}</a>;
}

/** In a person's words, where there are any for it; null where there is nothing to say. */
function plain(name: string, value: unknown): string | null {
  if (typeof value === "boolean") return t(value ? "asset.yes" : "asset.no");
  if (typeof value === "number") return name === "duration" ? duration(value) : number(value);
  if (Array.isArray(value)) return name === "subtitles" ? tongues(value.map(String)) : null;
  return typeof value === "string" && value !== "" ? (maybe(`asset.property.${name}.${value}`) ?? value) : null;
}
