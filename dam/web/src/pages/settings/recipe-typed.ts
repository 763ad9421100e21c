// What is typed about a recipe, and what is said of it. Must not: draw.
import type { Schemas } from "../../api/client";

type Recipe = Schemas["RecipeInfo"];
export type Typed = Readonly<Record<string, string>>;

export const FORMATS = ["jpeg", "webp", "avif", "png", "mp4"] as const;
export const METADATA = ["strip", "rights"] as const;
export const PROFILES = ["srgb", "keep"] as const;
export const FITS = ["inside", "cover", "contain"] as const;

export const typedOf = (recipe: Recipe | null): Typed => ({
  name: recipe?.name ?? "", title: recipe?.title ?? "", format: recipe?.media_type?.split("/")[1] ?? "jpeg", fit: recipe?.fit ?? "inside",
  box: String(recipe?.box ?? ""), width: String(recipe?.width ?? ""), height: String(recipe?.height ?? ""),
  background: recipe?.background ?? "", quality: recipe?.media_type === "image/png" ? "" : String(recipe?.quality ?? ""),
  max_bytes: String(recipe?.max_bytes ?? ""), metadata: recipe?.metadata ?? "strip",
  page: String(recipe?.page ?? ""), time: String(recipe?.time ?? ""), profile: recipe?.profile ?? "srgb",
});

/** Whether this field belongs to the format and the fit that were chosen. */
export function belongs(field: string, { format, fit }: Typed): boolean {
  const film = format === "mp4";
  switch (field) {
    case "box": return fit === "inside";
    case "width": case "height": return fit !== "inside";
    case "background": return !film || fit === "contain";
    case "quality": return format !== "png";
    case "profile": case "page": case "time": return !film;
    default: return true;
  }
}

/** What does not belong to the fit or the format is not said, whatever was typed before. */
export function said(typed: Typed): Schemas["Change"] {
  const of = (field: string): string => (belongs(field, typed) ? typed[field] ?? "" : "");
  const number = (field: string): number | null => (of(field) ? Number(of(field)) : null);
  return {
    title: typed["title"] || typed["name"] || "", format: typed["format"] as (typeof FORMATS)[number], fit: typed["fit"] as (typeof FITS)[number],
    box: number("box"), width: number("width"), height: number("height"),
    background: of("background") || null, quality: number("quality"), max_bytes: number("max_bytes"),
    metadata: typed["metadata"] as (typeof METADATA)[number],
    page: number("page"), time: number("time"), profile: (of("profile") || "srgb") as (typeof PROFILES)[number],
  };
}
