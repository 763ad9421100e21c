// The line on top: query, order, how many there are, and what was chosen.
import { X } from "lucide";
import type { ComponentChildren, RefObject } from "preact";
import type { Refusal } from "../../api/client";
import { Icon } from "../../components/icon";
import { many, t } from "../../lib/i18n";
import type { Place } from "./fault";
import { called } from "./facets";
import { QueryBox } from "./query-box";
import { choices, SORTS, toggled, type Sort, type View } from "./view";

interface Props {
  readonly view: View;
  readonly fault: { readonly error: Refusal; readonly place: Place } | null;
  readonly input: RefObject<HTMLInputElement | null>;
  readonly total: number | null;
  readonly behind: number;
  readonly filter: ComponentChildren;
  choose(view: View, typed?: boolean): void;
  leave(): void;
}

export function Head({ view, fault, input, total, behind, filter, choose, leave }: Props) {
  return (
    <div class="head">
      <QueryBox words={view.words} fault={fault} input={input} ask={(words, typed) => choose({ ...view, words }, typed)} leave={leave} />
      <div class="told">
        {filter}
        <p role="status">
          {total !== null && many("library.total", total)}
          {behind > 0 && <span class="behind"> · {many("library.behind", behind)}</span>}
        </p>
        <label class="sort">
          <span>{t("library.sort")}</span>
          <select value={view.sort} onChange={(event) => choose({ ...view, sort: event.currentTarget.value as Sort })}>
            {SORTS.map((each) => <option key={each} value={each}>{t(`library.sort.${each}`)}</option>)}
          </select>
        </label>
      </div>
    </div>
  );
}

/** What was chosen at the left, each to be taken away here. */
export function Chosen({ view, choose }: { view: View; choose(view: View): void }) {
  const all = choices(view);
  if (all.length === 0) return null;
  return (
    <ul class="chosen-facets" aria-label={t("library.chosen")}>
      {all.map(([facet, value]) => (
        <li key={facet + value}>
          <button class="chip" aria-label={t("library.without", { what: `${t(`library.facet.${facet}`)}: ${called(facet, value)}` })} onClick={() => choose(toggled(view, facet, value))}>
            <span class="quiet">{t(`library.facet.${facet}`)}:</span> {called(facet, value)} <Icon of={X} size={12} />
          </button>
        </li>
      ))}
      <li><button class="button quiet" onClick={() => choose({ ...view, chosen: {} })}>{t("library.clear_filter")}</button></li>
    </ul>
  );
}
