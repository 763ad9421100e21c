// Signing in: by name and password, or for the first time by the one-time link, whose secret is behind the address's `#`
// (it is never sent as part of an address).
import { useState } from "preact/hooks";
import { Field } from "../components/field";
import { Failures } from "../components/problem";
import { useDoing } from "../lib/doing";
import { t } from "../lib/i18n";
import { go, place } from "../lib/route";
import { useTitle } from "../lib/title";
import { redeem, signIn } from "../state/session";

const SHORTEST = 10;

/** Where the person wanted to go: the present address, or the one that `to` names. */
function wanted(): string {
  if (place.peek().path !== "/sign-in") return location.pathname + location.search;
  const to = place.peek().query.get("to") ?? "/";
  return /^\/(?!\/)/.test(to) ? to : "/";
}

export function SignIn() {
  const [link] = useState(() => location.hash.slice(1));
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const doing = useDoing();
  const title = t(link ? "sign_in.welcome" : "sign_in.title");
  useTitle(title);

  const begin = async (): Promise<void> => {
    await (link ? redeem(link, name, password) : signIn(name, password));
    go(wanted(), { replace: true });
  };

  return (
    <main class="alone">
      <form class="sign-in" {...doing.submit("begin", begin)}>
        <h1>{title}</h1>
        {link && <p>{t("sign_in.first")}</p>}
        <Field label={t("sign_in.name")} value={name} change={setName} autocomplete="username" required autoFocus />
        <Field
          label={t("sign_in.password")} value={password} change={setPassword} type="password" required
          autocomplete={link ? "new-password" : "current-password"} minLength={link ? SHORTEST : undefined}
          hint={link ? t("sign_in.password_hint", { least: SHORTEST }) : undefined}
        />
        <Failures of={doing} />
        <button class="button primary" {...doing.mark("begin")}>{t(link ? "sign_in.begin" : "sign_in.do")}</button>
      </form>
    </main>
  );
}
