// What people and cameras wrote into the version's file: shown beside the asset's own fields, never put into them by
// itself. Everything of it is hostile text.
import { Plus } from "lucide";
import { useState } from "preact/hooks";
import { Icon } from "../../components/icon";
import { Problem } from "../../components/problem";
import { maybe, t } from "../../lib/i18n";
import { edit, type Asset, type Version } from "../../state/asset";
import type { Resource } from "../../state/resource";
import { offered, outvoted } from "../../state/written";

interface Props {
  readonly resource: Resource<Asset>;
  readonly asset: Asset;
  readonly version: Version;
  readonly allowed: boolean;
}

export function Written({ resource, asset, version, allowed }: Props) {
  const fields = Object.entries(version.metadata).toSorted(([a], [b]) => a.localeCompare(b));
  return (
    <>
      {fields.length > 0 && (
        <dl class="own-fields">
          {fields.map(([name, { value, source }]) => (
            <div key={name}>
              <dt>{maybe(`asset.written.${name}`) ?? name} · {source.toUpperCase()}</dt>
              <dd class="text">{maybe(`asset.written.${name}.${value}`) ?? value}</dd>
              {outvoted(asset, name) && <dd class="quiet small">{t("asset.written_outvoted")}</dd>}
            </div>
          ))}
        </dl>
      )}
      {version.location && <Location {...version.location} />}
      {version.content_credentials && <p class="small">{t("asset.written_credentials")}</p>}
      {allowed && <Offered resource={resource} asset={asset} version={version} />}
    </>
  );
}

function Location({ latitude, longitude }: { latitude: number; longitude: number }) {
  return <p class="small">{t("asset.written_location", { latitude: latitude.toFixed(5), longitude: longitude.toFixed(5) })}</p>;
}

/** The file's keywords as tags, one by one or all at once. */
function Offered({ resource, asset, version }: Omit<Props, "allowed">) {
  const [wrong, setWrong] = useState<unknown>();
  const words = offered(asset, version);
  const add = async (wanted: readonly string[]): Promise<void> => {
    setWrong(undefined);
    try {
      await edit(resource, asset, (now) => ({ tags: [...now.tags, ...wanted.filter((each) => !now.tags.includes(each))] }));
    } catch (error) {
      setWrong(error);
    }
  };
  if (words.length === 0) return null;
  return (
    <div class="names">
      <p class="quiet small">{t("asset.written_keywords")}</p>
      <ul aria-label={t("asset.written_keywords")}>
        {words.map((each) => (
          <li key={each}><button class="button quiet" aria-label={t("asset.written_tag", { name: each })} onClick={() => void add([each])}><Icon of={Plus} size={12} />{each}</button></li>
        ))}
      </ul>
      {words.length > 1 && <div><button class="button" onClick={() => void add(words)}>{t("asset.written_tag_all")}</button></div>}
      {wrong !== undefined && <Problem error={wrong} />}
    </div>
  );
}
