// What is known of the asset, at the viewer's side: described by people, told by its file, where it lives, its history.
import { api, asked } from "../../api/client";
import { PlacesOf } from "../../components/places-of";
import { Time } from "../../components/time";
import { t } from "../../lib/i18n";
import { useKeys } from "../../lib/keys";
import type { Asset, Version } from "../../state/asset";
import { nameOf } from "../../state/names";
import type { Resource } from "../../state/resource";
import { may } from "../../state/session";
import { tells } from "../../state/written";
import { useEditing } from "./editing";
import { FileFacts } from "./file-facts";
import { FocalPoint } from "./focal";
import { History } from "./history";
import { Names } from "./names";
import { OwnFields } from "./own-fields";
import { Part } from "./part";
import { PublicAddress } from "./public-address";
import { Similar } from "./similar";
import { EditableText } from "./text";
import { Trash, Trashed } from "./trash";
import { Written } from "./written";

interface Props {
  readonly resource: Resource<Asset>;
  readonly asset: Asset;
  readonly version: Version | undefined;
}

const LONGEST_TITLE = 500;
const LONGEST_PROSE = 20_000;
const OFFERED = 20;
const CAMPAIGNS = 200;

const tags = async (prefix: string): Promise<readonly string[]> =>
  (await asked(api.GET("/api/v1/tags", { params: { query: { prefix, limit: OFFERED } } }))).data.map((each) => each.name);

const campaigns = async (): Promise<readonly string[]> =>
  (await asked(api.GET("/api/v1/campaigns", { params: { query: { limit: CAMPAIGNS } } }))).data.map((each) => each.name);

export function Facts({ resource, asset, version }: Props) {
  const allowed = may("contributor") && asset.trashed_at === null;
  return (
    <aside class="facts" aria-label={t("asset.facts")}>
      {asset.trashed_at && <Trashed resource={resource} asset={asset} at={asset.trashed_at} />}
      <Title {...{ resource, asset, allowed }} />
      <Description {...{ resource, asset, allowed }} />
      <Part name={t("asset.tags")}>
        <Names {...{ resource, asset, allowed }} part="tags" field="tag" label={t("asset.tags")} add={t("asset.tag_add")} complete={tags} />
      </Part>
      <Part name={t("asset.campaigns")}>
        <Names {...{ resource, asset, allowed }} part="campaigns" field="campaign" label={t("asset.campaigns")} add={t("asset.campaign_add")} complete={campaigns} />
      </Part>
      <Part name={t("asset.fields")}><OwnFields {...{ resource, asset, allowed }} /></Part>
      {version && tells(version) && <Part name={t("asset.written", { number: version.number })}><Written {...{ resource, asset, version, allowed }} /></Part>}
      <div class="part"><PlacesOf assetId={asset.id} /></div>
      <Part name={t("asset.public")}><PublicAddress resource={resource} asset={asset} /></Part>
      {version && <Part name={t("asset.file", { number: version.number })}><FileFacts asset={asset} version={version} /></Part>}
      {allowed && asset.latest?.thumbnail && <Part name={t("asset.focal")}><FocalPoint resource={resource} asset={asset} picture={asset.latest.thumbnail} /></Part>}
      <Similar asset={asset} />
      <Part name={t("asset.history")}><History asset={asset} /></Part>
      {allowed && <Trash resource={resource} asset={asset} />}
    </aside>
  );
}

interface DescribedProps extends Omit<Props, "version"> {
  readonly allowed: boolean;
}

function Title({ resource, asset, allowed }: DescribedProps) {
  const editing = useEditing(resource, asset, "title");
  useKeys(allowed ? [{ keys: "e", says: "asset.key.edit", run: editing.begin }] : []);
  // One who left something unsaved in the title finds the heading above it all the same.
  return (
    <header>
      {editing.value !== null && <h1 class="visually-hidden">{asset.title}</h1>}
      <EditableText label={t("asset.title")} editing={editing} allowed={allowed} longest={LONGEST_TITLE}><h1>{asset.title}</h1></EditableText>
      <p class="quiet small">{t("asset.created_by", { name: nameOf(asset.created_by) })} · <Time at={asset.created_at} /></p>
    </header>
  );
}

function Description({ resource, asset, allowed }: DescribedProps) {
  const editing = useEditing(resource, asset, "description");
  return (
    <Part name={t("asset.description")}>
      <EditableText label={t("asset.description")} editing={editing} allowed={allowed} longest={LONGEST_PROSE} lines>
        <p class="text">{asset.description || <span class="quiet">{t(allowed ? "asset.describe" : "asset.none")}</span>}</p>
      </EditableText>
    </Part>
  );
}
