// One's own account: language, password, signing out.
import { LogOut } from "lucide";
import { useState } from "preact/hooks";
import { api, asked } from "../../api/client";
import { Field } from "../../components/field";
import { Icon } from "../../components/icon";
import { Failures } from "../../components/problem";
import { useDoing } from "../../lib/doing";
import { choose, language, LANGUAGES, maybe, t, type Language } from "../../lib/i18n";
import { me, signIn, signOut } from "../../state/session";

export function Account() {
  const doing = useDoing();
  return (
    <>
      <p>{t("settings.you_are", { name: me.value?.name ?? "", role: maybe(`role.${me.value?.role}`) ?? "" })}</p>
      <div class="field narrow">
        <label for="language">{t("settings.language")}</label>
        <select id="language" value={language()} onChange={(event) => void choose(event.currentTarget.value as Language)}>
          {LANGUAGES.map((each) => <option key={each} value={each} lang={each}>{NAMES[each]}</option>)}
        </select>
      </div>
      <Password />
      <Failures of={doing} />
      <div><button class="button" {...doing.press("out", signOut)}><Icon of={LogOut} />{t("settings.sign_out")}</button></div>
    </>
  );
}

const NAMES: Readonly<Record<Language, string>> = { en: "English", de: "Deutsch" };

function Password() {
  const [present, setPresent] = useState("");
  const [next, setNext] = useState("");
  const [done, setDone] = useState(false);
  const doing = useDoing();
  const change = async (): Promise<void> => {
    setDone(false);
    await asked(api.POST("/api/v1/me/password", { body: { present, new: next } }));
    // All sessions end with the old password, this one too: the new one begins another.
    await signIn(me.peek()?.name ?? "", next);
    setPresent("");
    setNext("");
    setDone(true);
  };
  return (
    <form class="stack narrow" {...doing.submit("password", change)}>
      <h2>{t("settings.password")}</h2>
      <span class="visually-hidden" aria-hidden="true">
        <input type="text" autocomplete="username" value={me.value?.name ?? ""} readOnly tabIndex={-1} />
      </span>
      <Field label={t("settings.password_present")} type="password" value={present} change={setPresent} autocomplete="current-password" />
      <Field label={t("settings.password_new")} type="password" value={next} change={setNext} autocomplete="new-password" required minLength={10} hint={t("sign_in.password_hint", { least: 10 })} />
      <Failures of={doing} />
      {done && <p role="status">{t("settings.password_changed")}</p>}
      <div><button class="button" {...doing.mark("password")}>{t("settings.password_change")}</button></div>
    </form>
  );
}
