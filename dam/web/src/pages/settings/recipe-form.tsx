// A recipe's form. What goes together is checked by the service; what it refuses stands at its field.
import { useState } from "preact/hooks";
import { api, asked, onceKey, Refusal, withResponse, type Schemas } from "../../api/client";
import { Choice } from "../../components/choice";
import { Field } from "../../components/field";
import { Problem } from "../../components/problem";
import { useDoing } from "../../lib/doing";
import { maybe, t, type Key } from "../../lib/i18n";
import { useOnce } from "../../lib/once";
import { belongs, FITS, FORMATS, METADATA, PROFILES, said, typedOf } from "./recipe-typed";

type Recipe = Schemas["RecipeInfo"];

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
  const choice = (name: string, words: readonly string[], hint?: string) => <Choice {...bind(name)} hint={hint} options={words.map((each) => [each, maybe(`settings.recipe.${name}.${each}`) ?? each.toUpperCase()])} />;
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
  const film = typed["format"] === "mp4";
  const has = (name: string): boolean => belongs(name, typed);
  return (
    <form class="stack" {...doing.submit("save", save)}>
      {!recipe && <Field {...bind("name")} required autoFocus hint={t("settings.recipe.name_hint")} />}
      <Field {...bind("title")} maxLength={200} />
      {choice("format", FORMATS, film ? t("settings.recipe.film_say") : undefined)}
      {choice("fit", FITS)}
      {has("box") ? sized("box") : <div class="row">{sized("width")}{sized("height")}</div>}
      {has("background") && <Field {...bind("background")} placeholder={film ? "#000000" : "#ffffff"} hint={t(film ? "settings.recipe.background_film" : "settings.recipe.background_hint")} />}
      {has("quality") && <Field {...bind("quality")} type="number" hint={t(film ? "settings.recipe.quality_film" : "settings.recipe.quality_hint")} />}
      <Field {...bind("max_bytes")} type="number" hint={t("settings.recipe.max_bytes_hint")} />
      {has("profile") && choice("profile", PROFILES)}
      {choice("metadata", METADATA)}
      {has("page") && <Field {...bind("page")} type="number" hint={t("settings.recipe.page_hint")} />}
      {has("time") && <Field {...bind("time")} type="number" step="any" hint={t("settings.recipe.time_hint")} />}
      {failed !== undefined && !told && <Problem error={failed} />}
      <div class="row"><button class="button primary" {...doing.mark("save")}>{t("action.save")}</button></div>
    </form>
  );
}
