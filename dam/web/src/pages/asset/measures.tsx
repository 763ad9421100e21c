// How large a version is, in words beside its picture.
import { t } from "../../lib/i18n";
import { dimensions, type Rendition, type Version } from "../../state/looks";

/** How large it is, and of what one sees a smaller picture. */
export function Measures({ version, picture }: { version: Version; picture: Rendition }) {
  const own = dimensions(version);
  const reduced = own !== null && !picture.by_hand && (picture.width ?? 0) < own.width;
  return (
    <span class="measures quiet">
      {picture.by_hand && <span>{t("asset.by_hand")}</span>}
      {own && <span>{t("asset.pixels", { width: own.width, height: own.height })}</span>}
      {reduced && <span>{t("asset.reduced", { width: picture.width ?? 0 })}</span>}
    </span>
  );
}
