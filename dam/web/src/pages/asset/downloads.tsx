// What of a version can be fetched: the file itself, what was made of it, and what is made when somebody asks for it.
import { Download } from "lucide";
import { API, asked, api, onceKey, type Schemas } from "../../api/client";
import { Menu } from "../../components/menu";
import { Failures } from "../../components/problem";
import { recipeWord } from "../../components/place-words";
import { useDoing } from "../../lib/doing";
import { size, t } from "../../lib/i18n";
import type { Version } from "../../state/asset";
import type { Rendition } from "../../state/looks";
import { recipes as askRecipes } from "../../state/places";
import { useResource } from "../../state/resource";
import { may } from "../../state/session";

export function Downloads({ version, changed }: { version: Version; changed(): void }) {
  const recipes = useResource("recipes", askRecipes);
  const doing = useDoing();
  const base = `${API}/assets/${version.asset_id}/versions/${version.number}`;
  const known = new Set(version.renditions.map((each) => each.recipe));
  const makeable = may("contributor") && pictured(version) ? (recipes.data?.data ?? []).filter((each) => isMadeOf(version, each) && !known.has(each.name)) : [];
  return (
    <>
      <Menu says={t("asset.download")} icon={Download}>
        <a href={`${base}/content`} download>{t("asset.original")}<small>{size(version.size)}</small></a>
        {version.renditions.map((each) => (
          each.url !== null
            ? <a key={each.recipe} href={`${base}/renditions/${encodeURIComponent(each.recipe)}`} download>{recipeWord(each.recipe)}<small>{extent(each)}</small></a>
            : each.state === "pending" && !each.display && <span key={each.recipe}>{recipeWord(each.recipe)}<small>{beingMade(each)}</small></span>
        ))}
        {makeable.map((each) => (
          <button key={each.name} {...doing.press(each.name, () => made(version, each.name).then(changed))}>{recipeWord(each.name)}<small>{t("asset.make")}</small></button>
        ))}
      </Menu>
      <Failures of={doing} />
    </>
  );
}

/** Something can be made of what something was made of. */
const pictured = (version: Version): boolean => version.renditions.some((each) => each.display && each.state === "ready" && !each.by_hand);

const ASKED_FOR = /^(image|video)\//;

/** Whether such a file has one when somebody asks for it. What is built in for one kind of file is there unasked, if it can be. */
const isMadeOf = (version: Version, { media_type: type, choosable, display, built_in, kinds }: Schemas["RecipeInfo"]): boolean =>
  ASKED_FOR.test(type ?? "") && choosable && !display && kinds.some((each) => each === version.kind) && !(built_in && kinds.length === 1);

const beingMade = ({ progress }: Rendition): string =>
  [t("places.being_made"), progress === null ? "" : t("asset.percent", { percent: Math.round(progress * 100) })].filter(Boolean).join(" · ");

function extent({ width, height, size: bytes, media_type: type }: Rendition): string {
  const film = type?.startsWith("video/") ? (type.split("/")[1] ?? "").toUpperCase() : "";
  const pixels = width && height ? t("asset.pixels", { width, height }) : "";
  return [film, pixels, bytes === null ? "" : size(bytes)].filter(Boolean).join(" · ");
}

const made = (version: Version, recipe: string): Promise<Version> =>
  asked(api.POST("/api/v1/assets/{asset_id}/versions/{number}/renditions/{recipe}/retry", {
    params: { path: { asset_id: version.asset_id, number: version.number, recipe }, header: { "Idempotency-Key": onceKey() } },
  }));
