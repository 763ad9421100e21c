// A channel's form, made from its kind's schema: a new one, or a change of one. What leads to the destination can't
// change later; a secret is never shown, and left empty it stays. What the service refuses stands at its field.
import { useRef, useState } from "preact/hooks";
import { onceKey, Refusal, type Schemas } from "../api/client";
import { useDoing } from "../lib/doing";
import { maybe, t } from "../lib/i18n";
import { useOnce } from "../lib/once";
import { about, configuration, properties, type Property } from "../lib/schema";
import { changed, saveChannel, type Setup } from "../state/channel-edit";
import { addChannel, recipes as askRecipes, type Channel, type Recipe } from "../state/places";
import { useResource } from "../state/resource";
import { Choice } from "./choice";
import { Field } from "./field";
import { Problem } from "./problem";
import { recipeOptions } from "./place-words";
import { every } from "./every";

type Kind = Schemas["ChannelKind"];
type OnDrift = "report" | "repair";

interface Props {
  readonly kinds: readonly Kind[];
  /** The one to change; otherwise a new one. */
  readonly channel?: Channel;
  done(channel: Channel): void;
  readonly cancel?: (() => void) | undefined;
}

const INTERVALS = [900, 3600, 21_600, 86_400, 604_800] as const;
const OFTEN = 86_400;
const DEEP = new Set(["invalid_config", "channel_unreachable", "config_fixed"]);

export function ChannelForm({ kinds, channel, done, cancel }: Props) {
  const recipes = useResource("recipes", (signal) => askRecipes(signal));
  const [name, setName] = useState(channel?.name ?? "");
  const [kindName, setKind] = useState(channel?.kind ?? kinds[0]?.name ?? "");
  const [typed, setTyped] = useState<Readonly<Record<string, string>>>(() => texts(channel?.config ?? {}));
  const [recipe, setRecipe] = useState(channel?.recipe ?? "original");
  const [onDrift, setOnDrift] = useState(channel?.on_drift ?? "report");
  const [often, setOften] = useState(String(channel?.audit_every_s ?? OFTEN));
  const doing = useDoing();
  const [failed] = doing.failures;
  const once = useOnce(onceKey);
  /** What stood here when the person began: only what they made different is sent. */
  const began = useRef(channel);
  const kind = kinds.find((each) => each.name === kindName);
  const fields = properties(kind?.schema ?? {});
  const wrong = (field: string): string | undefined => wrongAt(failed, fields, field);

  const send = (): Promise<Channel> => {
    const rest: Setup = { name, recipe: recipe as Recipe, on_drift: onDrift as OnDrift, audit_every_s: Number(often) };
    const config = configuration(fields, typed);
    if (channel && began.current) return saveChannel(began, channel, changed(began.current, rest, config, fields));
    const body = { ...rest, kind: kindName, config };
    return addChannel(body, once.key(body));
  };
  const told = ["name", "kind", "recipe", ...fields.map((each) => each.name)].some((each) => wrong(each) !== undefined);
  const often_ = [...new Set([...INTERVALS, Number(often)])].toSorted((one, other) => one - other);
  return (
    <form class="channel-form" {...doing.submit("save", async () => done(await send()))}>
      <Field label={t("places.channel_name")} value={name} change={setName} required autoFocus wrong={wrong("name")} />
      {!channel && kinds.length > 1 && <Choice label={t("places.kind")} value={kindName} change={setKind} wrong={wrong("kind")} options={kinds.map((each) => [each.name, kindWord(each.name)])} />}
      {fields.map((each) => (
        <Input
          key={`${kindName}/${each.name}`} of={each} value={typed[each.name] ?? ""} wrong={wrong(each.name)} known={channel !== undefined}
          fixed={channel !== undefined && (kind?.fixed.includes(each.name) ?? false)} change={(value) => setTyped({ ...typed, [each.name]: value })}
        />
      ))}
      <Choice label={t("places.recipe")} value={recipe} change={setRecipe} wrong={wrong("recipe")} options={recipeOptions(recipes.data?.data ?? [])} />
      <Choice label={t("places.on_drift")} value={onDrift} change={setOnDrift} options={[["report", t("places.on_drift.report")], ["repair", t("places.on_drift.repair")]]} />
      <Choice label={t("places.audits")} value={often} change={setOften} options={often_.map((each) => [String(each), every(each)])} />
      {failed !== undefined && !told && <Problem error={failed} />}
      <div class="row">
        <button class="button primary" disabled={!kind} {...doing.mark("save")}>{t(channel ? "action.save" : "places.new_channel_do")}</button>
        {cancel && <button class="button quiet" type="button" onClick={cancel}>{t("action.cancel")}</button>}
      </div>
    </form>
  );
}

interface InputProps {
  readonly of: Property;
  readonly value: string;
  readonly wrong: string | undefined;
  readonly fixed: boolean;
  /** The channel is there already, and with it the value of a secret. */
  readonly known: boolean;
  change(value: string): void;
}

function Input({ of, value, wrong, fixed, known, change }: InputProps) {
  const name = maybe(`places.schema.${of.name}`) ?? of.name;
  const label = of.required || of.type === "boolean" ? name : t("places.optional", { name });
  const says = maybe(`places.schema_says.${of.name}`) ?? of.says;
  if (of.type === "boolean") {
    const on = (value || of.standard) === "true";
    return (
      <div class="field">
        <label class="check"><input type="checkbox" checked={on} disabled={fixed} onChange={(event) => change(String(event.currentTarget.checked))} /> {label}</label>
        {(wrong ?? says) && <p class={wrong ? "wrong" : "hint"}>{wrong ?? says}</p>}
      </div>
    );
  }
  if (of.type === "choice") return <Choice label={label} value={value || of.standard || ""} change={change} hint={says} wrong={wrong} options={of.options.map((each) => [each, each])} />;
  const secret = of.type === "secret";
  return (
    <Field
      label={label} value={value} change={change} wrong={wrong} readOnly={fixed} required={of.required && !(secret && known)}
      type={secret ? "password" : "text"} hint={secret && known ? t("places.secret_kept") : says}
      {...(secret ? { autocomplete: "new-password" } : { autocomplete: "off" })} {...(of.standard ? { placeholder: of.standard } : {})}
    />
  );
}

/** Where the refusal belongs: by its field, or by the reason that the destination gave. */
function wrongAt(failed: unknown, fields: readonly Property[], field: string): string | undefined {
  if (!(failed instanceof Refusal)) return undefined;
  const named = failed.errors.find((each) => each.field === field || each.field === `config.${field}`)?.detail;
  if (named) return named;
  if (failed.code === "channel_exists") return field === "name" ? failed.detail : undefined;
  if (!DEEP.has(failed.code)) return undefined;
  const code = typeof failed.more["reason"] === "string" ? failed.more["reason"] : failed.detail.split(":")[0] ?? "";
  return (about(fields, code) ?? (fields[0]?.name)) === field ? failed.detail : undefined;
}

const texts = (config: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(Object.entries(config).map(([name, value]) => [name, String(value)]));

export const kindWord = (kind: string): string => maybe(`places.kind.${kind}`) ?? kind;
