// Settings: who, what, how, in plain forms. Each part is a file of its own; a role sees what it may.
import type { ComponentType } from "preact";
import { t, type Key } from "../../lib/i18n";
import type { Params } from "../../lib/route";
import { useTitle } from "../../lib/title";
import { may, type Role } from "../../state/session";
import { Account } from "./account";
import { Health } from "./health";
import { People } from "./people";
import { Recipes } from "./recipes";
import { Tokens } from "./tokens";
import { Work } from "./work";
import "./settings.css";

const PARTS: readonly { page: string; name: Key; least: Role; shows: ComponentType }[] = [
  { page: "account", name: "settings.account", least: "viewer", shows: Account },
  { page: "people", name: "settings.people", least: "manager", shows: People },
  { page: "tokens", name: "settings.tokens", least: "viewer", shows: Tokens },
  { page: "recipes", name: "settings.recipes", least: "viewer", shows: Recipes },
  { page: "health", name: "settings.health", least: "viewer", shows: Health },
  { page: "work", name: "settings.work", least: "manager", shows: Work },
];

export default function Settings({ params }: { params: Params }) {
  const here = params["page"] ?? "account";
  const seen = PARTS.filter((part) => may(part.least));
  const part = seen.find((each) => each.page === here);
  useTitle(part ? t(part.name) : t("nav.settings"));
  return (
    <div class="page settings">
      <nav aria-label={t("nav.settings")}>
        {seen.map((each) => (
          <a key={each.page} href={`/settings/${each.page}`} aria-current={each.page === here ? "page" : undefined}>{t(each.name)}</a>
        ))}
      </nav>
      <div class="part">
        <h1>{t(part?.name ?? "nav.settings")}</h1>
        {part ? <part.shows /> : <p>{t("nav.nothing")}</p>}
      </div>
    </div>
  );
}
