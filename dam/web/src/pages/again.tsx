// The session has ended while somebody worked: the password again, over what is there.
import { useState } from "preact/hooks";
import { Dialog } from "../components/dialog";
import { Field } from "../components/field";
import { Problem } from "../components/problem";
import { t } from "../lib/i18n";
import { me, signIn } from "../state/session";

export function Again() {
  const [password, setPassword] = useState("");
  const [failed, setFailed] = useState<unknown>();
  const name = me.value?.name ?? "";
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    await signIn(name, password).catch(setFailed);
  };
  return (
    <Dialog title={t("sign_in.ended")} onClose={() => {}} stays>
      <form class="sign-in" onSubmit={(event) => void submit(event)}>
        <p>{t("sign_in.kept")}</p>
        <Field label={t("sign_in.name")} value={name} change={() => {}} readOnly autocomplete="username" />
        <Field label={t("sign_in.password")} value={password} change={setPassword} type="password" required autoFocus autocomplete="current-password" />
        {failed !== undefined && <Problem error={failed} />}
        <button class="button primary">{t("sign_in.do")}</button>
      </form>
    </Dialog>
  );
}
