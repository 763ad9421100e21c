// The session has ended while somebody worked: the password again, over what is there.
import { useState } from "preact/hooks";
import { Dialog } from "../components/dialog";
import { Field } from "../components/field";
import { Failures } from "../components/problem";
import { useDoing } from "../lib/doing";
import { t } from "../lib/i18n";
import { me, signIn } from "../state/session";

export function Again() {
  const [password, setPassword] = useState("");
  const doing = useDoing();
  const name = me.value?.name ?? "";
  return (
    <Dialog title={t("sign_in.ended")} onClose={() => {}} stays>
      <form class="sign-in" {...doing.submit("begin", () => signIn(name, password))}>
        <p>{t("sign_in.kept")}</p>
        <Field label={t("sign_in.name")} value={name} change={() => {}} readOnly autocomplete="username" />
        <Field label={t("sign_in.password")} value={password} change={setPassword} type="password" required autoFocus autocomplete="current-password" />
        <Failures of={doing} />
        <button class="button primary" {...doing.mark("begin")}>{t("sign_in.do")}</button>
      </form>
    </Dialog>
  );
}
