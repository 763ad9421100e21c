// What could be chosen, with how many there are: several values of one facet mean either, several facets mean all.
import { Trash2 } from "lucide";
import { useId, useState } from "preact/hooks";
import { Icon } from "../../components/icon";
import { word } from "../../components/states";
import { maybe, number, t } from "../../lib/i18n";
import { FACETS, toggled, type Facet, type View } from "./view";
import type { Counts } from "./results";

const FEW = 6;

interface Props {
  readonly view: View;
  readonly counts: Counts;
  readonly total: number;
  choose(view: View): void;
}

export function Facets({ view, counts, total, choose }: Props) {
  return (
    <div class="facets">
      {FACETS.map((facet) => <Values key={facet} facet={facet} view={view} counts={counts} total={total} choose={choose} />)}
      <a class="button quiet to-trash" href="/trash"><Icon of={Trash2} />{t("library.in_trash")}</a>
    </div>
  );
}

function Values({ facet, view, counts, total, choose }: Props & { facet: Facet }) {
  const [all, setAll] = useState(false);
  const name = useId();
  const chosen = view.chosen[facet] ?? [];
  const found = counts[facet] ?? [];
  const gone = chosen.filter((value) => !found.some((each) => each.value === value)).map((value) => ({ value, count: 0 }));
  const values = [...gone, ...found];
  const noChoice = values.length === 1 && chosen.length === 0 && values[0]?.count === total;
  if (values.length === 0 || noChoice) return null;
  const shown = all ? values : values.filter((each, index) => index < FEW || chosen.includes(each.value));
  return (
    <fieldset>
      <legend id={name}>{t(`library.facet.${facet}`)}</legend>
      <ul>
        {shown.map(({ value, count }) => (
          <li key={value}>
            <label class="facet">
              <input type="checkbox" checked={chosen.includes(value)} onChange={() => choose(toggled(view, facet, value))} />
              <span class="value">{called(facet, value)}</span>
              <span class="count">{number(count)}</span>
            </label>
          </li>
        ))}
      </ul>
      {values.length > FEW && (
        <button class="button quiet more" aria-expanded={all} aria-describedby={name} onClick={() => setAll(!all)}>
          {all ? t("library.fewer") : t("library.more", { count: values.length - shown.length })}
        </button>
      )}
    </fieldset>
  );
}

/** A value as people call it; those that are names are names. */
export function called(facet: Facet, value: string): string {
  if (facet === "kind") return maybe(`library.kind.${value}`) ?? value;
  if (facet === "status") return maybe(`library.status.${value}`) ?? word(value);
  return facet === "placement" ? word(value) : value;
}
