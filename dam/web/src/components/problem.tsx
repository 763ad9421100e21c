// A refusal as a person needs it: what happened, what was kept, what to do, and the code to quote.
import { CircleAlert } from "lucide";
import { Refusal } from "../api/client";
import type { Doing } from "../lib/doing";
import { maybe, t } from "../lib/i18n";
import { Icon } from "./icon";

/** The sentence: ours in the person's language where we have one for the code, otherwise the service's. */
export function sentence(error: unknown): string {
  if (!(error instanceof Refusal)) return t("problem.unexpected");
  return maybe(`problem.${error.code}`) ?? (error.detail || t("problem.unexpected"));
}

/** Each refusal of what was done here, as long as it stands. */
export const Failures = ({ of }: { of: Doing }) => <>{of.failures.map((each, index) => <Problem key={index} error={each} />)}</>;

export function Problem({ error, retry }: { error: unknown; retry?: () => void }) {
  return (
    <div class="problem" role="alert">
      <Icon of={CircleAlert} />
      <div>
        <p>{sentence(error)}</p>
        {error instanceof Refusal && error.errors.length > 0 && (
          <ul>{error.errors.map((each) => <li key={each.field + each.code}>{each.field && <b>{each.field}: </b>}{each.detail}</li>)}</ul>
        )}
        {error instanceof Refusal && <code class="code">{error.code}</code>}
      </div>
      {retry && <button class="button" onClick={retry}>{t("action.again")}</button>}
    </div>
  );
}
