// What differs between the files themselves, beside their looks: only what is not the same.
import { maybe, size, t } from "../../lib/i18n";
import type { Version } from "../../state/asset";
import { dimensions } from "../../state/looks";

function pixels(version: Version): string {
  const own = dimensions(version);
  return own ? t("asset.pixels", { width: own.width, height: own.height }) : "–";
}

const text = (version: Version, name: string): string => {
  const value = version.properties[name];
  return typeof value === "string" && value !== "" ? value : "–";
};

const profile = (version: Version): string => maybe(`asset.property.profile.${text(version, "profile")}`) ?? text(version, "profile");

export function Changes({ a, b }: { a: Version; b: Version }) {
  const rows: readonly (readonly [string, string, string])[] = [
    [t("asset.dimensions"), pixels(a), pixels(b)],
    [t("asset.size"), size(a.size), size(b.size)],
    [t("asset.type"), a.media_type, b.media_type],
    [t("asset.filename"), a.filename, b.filename],
    [t("asset.property.profile"), profile(a), profile(b)],
    [t("asset.colour"), text(a, "colour"), text(b, "colour")],
  ];
  const changed = rows.filter(([, before, after]) => before !== after);
  if (changed.length === 0) return null;
  return (
    <section class="changes">
      <h2>{t("asset.compare.what")}</h2>
      <table>
        <thead><tr><td /><th scope="col">{t("asset.version", { number: a.number })}</th><th scope="col">{t("asset.version", { number: b.number })}</th></tr></thead>
        <tbody>{changed.map(([name, before, after]) => <tr key={name}><th scope="row">{name}</th><td>{before}</td><td>{after}</td></tr>)}</tbody>
      </table>
    </section>
  );
}
