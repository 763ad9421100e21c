// A new placement: into which channel, under which name, as what, which version. What the service refuses stands at its
// field; that something is there already is answered by a choice.
import { useState } from "preact/hooks";
import { Refusal, onceKey } from "../api/client";
import { useDoing } from "../lib/doing";
import { t } from "../lib/i18n";
import { useOnce } from "../lib/once";
import { channels as askChannels, place, recipes as askRecipes, type Recipe } from "../state/places";
import { useResource } from "../state/resource";
import type { Placement } from "../state/standing";
import { Choice } from "./choice";
import { Field } from "./field";
import { Problem } from "./problem";
import { recipeOptions } from "./place-words";

interface Props {
  readonly assetId: string;
  /** Suggested as the remote name. */
  readonly filename: string;
  /** What kind of file it is: what can't be made of such is not offered. */
  readonly kind: string;
  /** Whether anything is seen of it: of what has no look, such as an archive, there is nothing but the file itself. */
  readonly seen: boolean;
  /** Versions that may be pinned: those that are approved. */
  readonly approved: readonly number[];
  done(made: Placement): void;
  cancel(): void;
}

const AT_FIELD: Readonly<Record<string, string>> = { invalid_remote: "remote", target_taken: "remote", channel_not_found: "channel_id", channel_unreachable: "channel_id", never_approved: "follow" };

const ORIGINAL = "original";

/** Where the refusal belongs, by its field or its code. */
const wrongAt = (failed: unknown, field: string): string | undefined =>
  !(failed instanceof Refusal) ? undefined
    : failed.errors.find((each) => each.field === field)?.detail ?? (AT_FIELD[failed.code] === field ? failed.detail : undefined);

export function PlaceForm({ assetId, filename, kind, seen, approved, done, cancel }: Props) {
  const channels = useResource("channels", (signal) => askChannels(signal));
  const recipes = useResource("recipes", (signal) => askRecipes(signal));
  const [channel, setChannel] = useState("");
  const [remote, setRemote] = useState(filename);
  const [recipe, setRecipe] = useState("");
  const [follow, setFollow] = useState("approved");
  const [adopt, setAdopt] = useState(false);
  const doing = useDoing();
  const [failed] = doing.failures;
  const once = useOnce(onceKey);
  const listed = channels.data?.data ?? [];
  const chosen = listed.find((each) => each.id === channel) ?? listed[0];

  const send = async (): Promise<void> => {
    if (!chosen) return;
    const body = {
      asset_id: assetId, channel_id: chosen.id, remote, adopt, recipe: (recipe || chosen.recipe) as Recipe,
      follow: follow === "approved" ? "approved" as const : Number(follow),
    };
    done(await place(body, once.key(body)));
  };
  if (channels.error !== undefined) return <Problem error={channels.error} retry={() => void channels.reload()} />;
  if (channels.data && !chosen) return <p>{t("places.no_channel")} <a href="/channels?new">{t("places.new_channel")}</a></p>;
  const known = ["channel_id", "remote", "recipe", "follow"].some((field) => wrongAt(failed, field));
  const other = failed instanceof Refusal && failed.code === "target_taken" ? failed.more["asset_id"] : undefined;
  return (
    <form class="place-form" {...doing.submit("place", send)}>
      <Choice label={t("places.channel")} value={chosen?.id ?? ""} change={setChannel} wrong={wrongAt(failed, "channel_id")} options={listed.map((each) => [each.id, each.name])} />
      <Field label={t("places.remote")} value={remote} change={setRemote} required hint={t("places.remote_hint")} wrong={wrongAt(failed, "remote")} />
      {typeof other === "string" && <a href={`/assets/${other}`}>{t("places.taken_by")}</a>}
      <Choice
        label={t("places.recipe")} value={recipe || chosen?.recipe || ""} change={setRecipe} wrong={wrongAt(failed, "recipe")}
        options={recipeOptions((recipes.data?.data ?? []).filter((each) => each.name === ORIGINAL || (seen && each.kinds.some((one) => one === kind))))}
      />
      <Choice
        label={t("places.shows")} value={follow} change={setFollow} wrong={wrongAt(failed, "follow")}
        options={[["approved", t("places.follow")], ...approved.map((number) => [String(number), t("places.pin", { number })] as const)]}
      />
      <label class="check"><input type="checkbox" checked={adopt} onChange={(event) => setAdopt(event.currentTarget.checked)} /> {t("places.adopt")}</label>
      {failed !== undefined && !known && <Problem error={failed} />}
      <div class="row">
        <button class="button primary" disabled={!chosen} {...doing.mark("place")}>{t("places.place")}</button>
        <button class="button quiet" type="button" onClick={cancel}>{t("action.cancel")}</button>
      </div>
    </form>
  );
}
