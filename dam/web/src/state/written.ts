// What is written in a version's file, beside what people wrote for the asset.
// Must not: draw.
import type { Asset, Version } from "./asset";

/** Names are the same whatever their case, with blanks or with `_`, as the service compares them. */
const plain = (name: string): string => name.trim().toLowerCase().split(/\s+/u).join("_");

/** Whether somebody wrote this field here, so that the file's does not count. */
export const outvoted = (asset: Asset, name: string): boolean => Object.keys(asset.fields).some((each) => plain(each) === name);

/** The file's keywords that are no tags of the asset yet. */
export function offered(asset: Asset, version: Version): readonly string[] {
  const there = new Set(asset.tags.map((each) => each.toLowerCase()));
  return (version.keywords?.values ?? []).filter((each) => !there.has(each.toLowerCase()));
}

/** Whether the file tells anything of itself that this person may see. */
export const tells = (version: Version): boolean =>
  Object.keys(version.metadata).length > 0 || version.keywords !== null || version.location !== null || version.content_credentials !== null;
