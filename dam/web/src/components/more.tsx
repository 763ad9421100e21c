// The foot of a list that has further pages, and what a list says while it is asked for, empty, or not to be had.
import type { Pages } from "../state/pages";
import { t } from "../lib/i18n";
import { Problem } from "./problem";

export function More({ of, none }: { of: Pages<unknown>; none: string }) {
  if (of.error !== undefined) return <Problem error={of.error} retry={() => void of.reload()} />;
  if (of.rows.length === 0) return of.loading ? null : <p class="quiet">{none}</p>;
  return of.more && <button class="button" onClick={() => void of.more?.()}>{t("action.more")}</button>;
}
