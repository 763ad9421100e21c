// How what is said of places is told to people: reasons, and recipes by their names.
import type { Schemas } from "../api/client";
import { maybe, type Key } from "../lib/i18n";

/** The sentence in the person's language where it is always the same one, else the service's. */
export const reason = ({ code, detail }: { readonly code: string; readonly detail: string }): string => maybe(`places.reason.${code}`) ?? detail;

/** What can be chosen: each recipe once, those of the house by their titles. */
export const recipeOptions = (found: readonly Schemas["RecipeInfo"][]): (readonly [string, string])[] =>
  found.filter((each) => each.choosable).map((each) => [each.name, each.built_in ? recipeWord(each.name) : each.title] as const);

/** A recipe as people call it. */
export const recipeWord = (recipe: string): string => maybe(`places.recipe.${recipe}` satisfies string as Key) ?? recipe;
