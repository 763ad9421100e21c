// What can be shown of a version: only what the service made of it, never the file itself, which is somebody else's and
// hostile. Must not: draw.
import type { Schemas } from "../api/client";
import type { Size } from "../lib/zoom";

export type Version = Schemas["Version"];
export type Rendition = Schemas["Rendition"];

/** The ready renditions of a type such as `image`, the largest first; not those that are cut for some place. */
export const renditionsOf = (version: Version, type: "image" | "video" | "audio"): Rendition[] =>
  version.renditions
    .filter((each) => each.display && each.state === "ready" && each.url !== null && each.media_type?.startsWith(`${type}/`))
    .toSorted((a, b) => (b.width ?? 0) - (a.width ?? 0));

export const largest = (version: Version): Rendition | undefined => renditionsOf(version, "image")[0];

export const smallest = (version: Version): Rendition | undefined => renditionsOf(version, "image").at(-1);

const PLAYED: ReadonlySet<string> = new Set(["proxy-480", "sound-96"]);

const STILL = matchMedia("(prefers-reduced-motion: reduce)");

/** The preview that moves; not where somebody has asked for less motion, or has supplied a still by hand. */
export function moving(version: Version): Rendition | undefined {
  const found = version.renditions.find((each) => each.recipe === "moving-480" && each.state === "ready" && each.url !== null);
  return STILL.matches || largest(version)?.by_hand ? undefined : found;
}

/** What is made of a film or a sound to be played, ready or not. */
export const toPlay = (version: Version): Rendition | undefined => version.renditions.find((each) => PLAYED.has(each.recipe));

export const making = (version: Version): boolean => version.renditions.some((each) => each.display && each.state === "pending");

const measure = (version: Version, name: string): number | null => {
  const value = version.properties[name];
  return typeof value === "number" && value > 0 ? value : null;
};

/** The file's own size in px, or null where it has none. */
export function dimensions(version: Version): Size | null {
  const [width, height] = [measure(version, "width"), measure(version, "height")];
  return width !== null && height !== null ? { width, height } : null;
}

const SAME_SHAPE = 0.02;

/** How large the picture is that `rendition` shows: the file's own size, unless that is of something else. */
export function pictureSize(version: Version, rendition: Rendition): Size {
  const shown = { width: rendition.width ?? 1, height: rendition.height ?? 1 };
  const own = dimensions(version);
  if (!own || rendition.by_hand) return shown;
  const alike = Math.abs((own.width / own.height) / (shown.width / shown.height) - 1) < SAME_SHAPE;
  return alike && own.width >= shown.width ? own : shown;
}

const HEX = /^#[0-9a-f]{6}$/i;

export function colour(version: Version): string | null {
  const value = version.properties["colour"];
  return typeof value === "string" && HEX.test(value) ? value : null;
}

/** Its main colours, the dominant one first. */
export function colours(version: Version): readonly string[] {
  const told = version.properties["colours"];
  const own = colour(version);
  return Array.isArray(told) && told.length > 0 ? told.filter((each) => HEX.test(String(each))) : own ? [own] : [];
}

/** What a tile says where there is no picture: the file's ending, or else its kind. */
export const ending = (version: Version): string =>
  (/\.([\p{L}\p{N}]{1,8})$/u.exec(version.filename)?.[1] ?? version.kind).toUpperCase();

/** Why there is nothing to look at. */
export const obstacle = (version: Version): Rendition | undefined =>
  refused(version, "failed") ?? refused(version, "not_applicable");

const refused = (version: Version, state: Rendition["state"]): Rendition | undefined =>
  version.renditions.find((each) => each.display && each.state === state);
