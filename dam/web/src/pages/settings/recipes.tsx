// Recipes of the house: what files are delivered as, beside what is built in. A change moves no place until it is asked to.
import { CookingPot } from "lucide";
import { useState } from "preact/hooks";
import { api, asked, onceKey, withResponse, type Schemas } from "../../api/client";
import { Dialog } from "../../components/dialog";
import { Icon } from "../../components/icon";
import { Failures, Problem } from "../../components/problem";
import { useDoing } from "../../lib/doing";
import { t } from "../../lib/i18n";
import { recipes as ask } from "../../state/places";
import { useResource } from "../../state/resource";
import { may } from "../../state/session";
import { RecipeForm } from "./recipe-form";

type Recipe = Schemas["RecipeInfo"];

export function Recipes() {
  const found = useResource("recipes", (signal) => ask(signal), (event) => event.type.startsWith("recipe."));
  const [editing, setEditing] = useState<Recipe | "new" | null>(null);
  const own = (found.data?.data ?? []).filter((each) => each.choosable && !each.built_in);
  const done = (): void => (setEditing(null), void found.reload());
  return (
    <>
      <p>{t("settings.recipes_say")}</p>
      {may("admin") && <div><button class="button primary" onClick={() => setEditing("new")}><Icon of={CookingPot} />{t("settings.recipe_new")}</button></div>}
      {found.error !== undefined && <Problem error={found.error} retry={() => void found.reload()} />}
      <ul class="lines">{own.map((each) => <Line key={each.name} recipe={each} edit={() => setEditing(each)} reload={found.reload} />)}</ul>
      {found.data && own.length === 0 && <p class="quiet">{t("settings.no_recipes")}</p>}
      {editing !== null && (
        <Dialog title={t(editing === "new" ? "settings.recipe_new" : "settings.recipe_change")} onClose={() => setEditing(null)}>
          <RecipeForm recipe={editing === "new" ? null : editing} done={done} />
        </Dialog>
      )}
    </>
  );
}

function Line({ recipe, edit, reload }: { recipe: Recipe; edit(): void; reload(): Promise<void> }) {
  const doing = useDoing();
  const path = { recipe: recipe.name };
  const impact = useResource(`recipe-impact/${recipe.name}/${recipe.version}`, (signal) => asked(api.GET("/api/v1/recipes/{recipe}/impact", { params: { path }, signal })));
  const behind = impact.data?.placements ?? 0;
  const move = async (): Promise<void> => {
    await asked(api.POST("/api/v1/recipes/{recipe}/rollout", { params: { path, header: { "Idempotency-Key": onceKey() } } }));
    await impact.reload();
  };
  const retire = async (): Promise<void> => {
    await withResponse(api.DELETE("/api/v1/recipes/{recipe}", { params: { path } }));
    await reload();
  };
  return (
    <li>
      <span class="name"><b>{recipe.title}</b><span class="quiet">{recipe.name} · {t("settings.recipe_version", { number: recipe.version })} · {size(recipe)}</span></span>
      <span class="row">
        {behind > 0 && may("manager") && <button class="button" {...doing.press("move", move)}>{t("settings.recipe_move", { count: behind })}</button>}
        {may("admin") && <button class="button" onClick={edit} aria-label={t("settings.recipe_change_named", { name: recipe.title })}>{t("settings.recipe_change_do")}</button>}
        {may("admin") && <button class="button" {...doing.press("retire", retire)} aria-label={t("settings.recipe_retire_named", { name: recipe.title })}>{t("settings.recipe_retire")}</button>}
      </span>
      <Failures of={doing} />
    </li>
  );
}

const size = ({ box, width, height }: Recipe): string => (width && height ? `${width} × ${height} px` : `${box ?? ""} px`);
