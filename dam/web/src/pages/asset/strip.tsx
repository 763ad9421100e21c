// The versions as a strip, the newest first: what each looks like, what was decided, why it is there and whose it is.
import { BadgeCheck, Plus } from "lucide";
import { useEffect, useRef } from "preact/hooks";
import { Icon } from "../../components/icon";
import { More } from "../../components/more";
import { Picture } from "../../components/picture";
import { State } from "../../components/states";
import { Time } from "../../components/time";
import { t } from "../../lib/i18n";
import { withQuery } from "../../lib/route";
import { colour, dimensions, ending, smallest, type Version } from "../../state/looks";
import { nameOf } from "../../state/names";
import type { Asset } from "../../state/asset";
import type { Pages } from "../../state/pages";
import { may } from "../../state/session";
import { replace } from "../../state/uploads";

interface Props {
  readonly versions: Pages<Version>;
  readonly asset: Asset;
  readonly selected: number;
}

export function Strip({ versions, asset, selected }: Props) {
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => list.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" }), [selected]);
  return (
    <nav class="strip" aria-label={t("asset.versions")}>
      <ol ref={list}>
        {may("contributor") && asset.trashed_at === null && <li><New asset={asset} /></li>}
        {versions.rows.map((each) => (
          <li key={each.number}><Tile version={each} selected={each.number === selected} current={each.number === asset.approved?.number} /></li>
        ))}
        {(versions.more || versions.error !== undefined) && <li class="further"><More of={versions} none="" /></li>}
      </ol>
    </nav>
  );
}

function Tile({ version, selected, current }: { version: Version; selected: boolean; current: boolean }) {
  const own = dimensions(version);
  return (
    <a class="tile" href={withQuery({ v: String(version.number) })} aria-current={selected ? "true" : undefined}>
      <Picture src={smallest(version)?.url ?? null} width={own?.width ?? null} height={own?.height ?? null} colour={colour(version)} alt="" instead={ending(version)} />
      <span class="said">
        <span class="row"><b>{t("asset.version", { number: version.number })}</b>
          {current ? <span class="state plain"><Icon of={BadgeCheck} />{t("asset.in_use")}</span> : <State state={version.status} />}
        </span>
        <span class="why-short">{version.rationale || <span class="quiet">{t("asset.no_rationale")}</span>}</span>
        <span class="quiet small">{nameOf(version.created_by)} · <Time at={version.created_at} /></span>
      </span>
    </a>
  );
}

/** The next version, from a file; the upload asks why it changed. */
function New({ asset }: { asset: Asset }) {
  const chooser = useRef<HTMLInputElement>(null);
  return (
    <>
      <button class="tile new" onClick={() => chooser.current?.click()}><Icon of={Plus} size={20} />{t("asset.replace")}</button>
      <input
        ref={chooser} type="file" hidden aria-label={t("asset.replace")}
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          event.currentTarget.value = "";
          if (file) replace(asset, file);
        }}
      />
    </>
  );
}
