// A recipe's form. What goes together is checked by the service; what it refuses stands at its field.
import { useState } from "preact/hooks";
import { api, asked, onceKey, Refusal, withResponse, type Schemas } from "../../api/client";
import { Choice } from "../../components/choice";
import { Field } from "../../components/field";
import { Problem } from "../../components/problem";
import { useDoing } from "../../lib/doing";
import { maybe, t, type Key } from "../../lib/i18n";
import { useOnce } from "../../lib/once";

type Recipe = Schemas["RecipeInfo"];
type Typed = Readonly<Record<string, string>>;

const FORMATS = ["jpeg", "webp", "avif", "png"] as const;
const METADATA = ["strip", "rights"] as const;
const PROFILES = ["srgb", "keep"] as const;
const FITS = ["inside", "cover", "contain"] as const;

const typedOf = (recipe: Recipe | null): Typed => ({
  name: recipe?.name ?? "", title: recipe?.title ?? "", format: recipe?.media_type?.split("/")[1] ?? "jpeg", fit: recipe?.fit ?? "inside",
  box: String(recipe?.box ?? ""), width: String(recipe?.width ?? ""), height: String(recipe?.height ?? ""),
  background: recipe?.background ?? "", quality: recipe?.media_type === "image/png" ? "" : String(recipe?.quality ?? ""),
  max_bytes: String(recipe?.max_bytes ?? ""), metadata: recipe?.metadata ?? "strip",
  page: String(recipe?.page ?? ""), time: String(recipe?.time ?? ""), profile: recipe?.profile ?? "srgb",
});

const number = (text: string | undefined): number | null => (text ? Number(text) : null);

/** What does not belong to the fit or the format is not said, whatever was typed before. */
function said(typed: Typed): Schemas["Change"] {
  const framed = typed["fit"] !== "inside";
  return {
    title: typed["title"] || typed["name"] || "", format: typed["format"] as (typeof FORMATS)[number], fit: typed["fit"] as (typeof FITS)[number],
    box: framed ? null : number(typed["box"]), width: framed ? number(typed["width"]) : null, height: framed ? number(typed["height"]) : null,
    background: typed["background"] || null, quality: typed["format"] === "png" ? null : number(typed["quality"]),
    max_bytes: number(typed["max_bytes"]), metadata: typed["metadata"] as (typeof METADATA)[number],
    page: number(typed["page"]), time: number(typed["time"]), profile: typed["profile"] as (typeof PROFILES)[number],
  };
}

async function change(name: string, body: Schemas["Change"]): Promise<void> {
  const path = { recipe: name };
  const { response } = await withResponse(api.GET("/api/v1/recipes/{recipe}", { params: { path } }));
  await asked(api.PATCH("/api/v1/recipes/{recipe}", { params: { path, header: { "If-Match": response.headers.get("ETag") ?? "" } }, body }));
}

export function RecipeForm({ recipe, done }: { recipe: Recipe | null; done(): void }) {
  const [typed, setTyped] = useState(typedOf(recipe));
  const doing = useDoing();
  const [failed] = doing.failures;
  const once = useOnce(onceKey);
  const wrong = (name: string): string | undefined => (failed instanceof Refusal ? failed.errors.find((each) => each.field === name)?.detail : undefined);
  const bind = (name: string) => ({ label: t(`settings.recipe.${name}` as Key), value: typed[name] ?? "", wrong: wrong(name), change: (value: string) => setTyped({ ...typed, [name]: value }) });
  const choice = (name: string, words: readonly string[]) => <Choice {...bind(name)} options={words.map((each) => [each, maybe(`settings.recipe.${name}.${each}`) ?? each.toUpperCase()])} />;
  const save = async (): Promise<void> => {
    const body = said(typed);
    if (recipe) await change(recipe.name, body);
    else {
      const made = { ...body, name: typed["name"] ?? "", format: body.format ?? "jpeg" };
      await asked(api.POST("/api/v1/recipes", { params: { header: { "Idempotency-Key": once.key(made) } }, body: made }));
    }
    done();
  };
  const told = failed instanceof Refusal && failed.errors.some((each) => typed[each.field] !== undefined);
  const sized = (name: string) => <Field {...bind(name)} type="number" required />;
  return (
    <form class="stack" {...doing.submit("save", save)}>
      {!recipe && <Field {...bind("name")} required autoFocus hint={t("settings.recipe.name_hint")} />}
      <Field {...bind("title")} maxLength={200} />
      {choice("format", FORMATS)}
      {choice("fit", FITS)}
      {typed["fit"] === "inside" ? sized("box") : <div class="row">{sized("width")}{sized("height")}</div>}
      <Field {...bind("background")} placeholder="#ffffff" hint={t("settings.recipe.background_hint")} />
      {typed["format"] !== "png" && <Field {...bind("quality")} type="number" hint={t("settings.recipe.quality_hint")} />}
      <Field {...bind("max_bytes")} type="number" hint={t("settings.recipe.max_bytes_hint")} />
      {choice("profile", PROFILES)}
      {choice("metadata", METADATA)}
      <Field {...bind("page")} type="number" hint={t("settings.recipe.page_hint")} />
      <Field {...bind("time")} type="number" step="any" hint={t("settings.recipe.time_hint")} />
      {failed !== undefined && !told && <Problem error={failed} />}
      <div class="row"><button class="button primary" {...doing.mark("save")}>{t("action.save")}</button></div>
    </form>
  );
}
