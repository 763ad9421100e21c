// What programs sign in with: made here, shown once, revoked at once.
import { KeyRound } from "lucide";
import { useState } from "preact/hooks";
import { api, asked, onceKey, type Schemas } from "../../api/client";
import { Dialog } from "../../components/dialog";
import { Field } from "../../components/field";
import { Icon } from "../../components/icon";
import { More } from "../../components/more";
import { Failures } from "../../components/problem";
import { Secret } from "../../components/secret";
import { Time } from "../../components/time";
import { useDoing } from "../../lib/doing";
import { maybe, t } from "../../lib/i18n";
import { useOnce } from "../../lib/once";
import { nameOf } from "../../state/names";
import { usePages } from "../../state/pages";
import { may, type Role } from "../../state/session";
import { ROLES } from "./people";

export function Tokens() {
  const tokens = usePages("tokens", (cursor, signal) =>
    asked(api.GET("/api/v1/tokens", { params: { query: { limit: 100, ...(cursor ? { cursor } : {}) } }, ...(signal ? { signal } : {}) })));
  const [making, setMaking] = useState(false);
  const [secret, setSecret] = useState<string | null>(null);
  return (
    <>
      <p>{t("settings.tokens_say")}</p>
      <div><button class="button primary" onClick={() => setMaking(true)}><Icon of={KeyRound} />{t("settings.token_new")}</button></div>
      <ul class="lines">
        {tokens.rows.map((each) => <Line key={each.id} token={each} reload={tokens.reload} />)}
      </ul>
      <More of={tokens} none={t("settings.no_tokens")} />
      {making && <Make onClose={() => setMaking(false)} onMade={(made) => (setMaking(false), setSecret(made), void tokens.reload())} />}
      {secret !== null && <Secret title={t("settings.token")} says={t("settings.token_says")} secret={secret} onClose={() => setSecret(null)} />}
    </>
  );
}

const over = (token: Schemas["Token"]): boolean =>
  token.revoked_at !== null || (token.expires_at !== null && Date.parse(token.expires_at) < Date.now());

function Line({ token, reload }: { token: Schemas["Token"]; reload(): Promise<void> }) {
  const doing = useDoing();
  const revoke = async (): Promise<void> => {
    await asked(api.DELETE("/api/v1/tokens/{token_id}", { params: { path: { token_id: token.id } } }));
    await reload();
  };
  return (
    <li class={over(token) ? "disabled" : ""}>
      <span class="name">
        <b>{token.name}</b>
        <span class="quiet">{[maybe(`role.${token.role}`), nameOf(token.user_id)].filter(Boolean).join(" · ")}</span>
      </span>
      <span class="quiet">
        {token.revoked_at ? <>{t("settings.revoked")} <Time at={token.revoked_at} /></>
          : token.last_used_at ? <>{t("settings.used")} <Time at={token.last_used_at} /></> : t("settings.never_used")}
        {!token.revoked_at && token.expires_at && <>, {t("settings.expires")} <Time at={token.expires_at} /></>}
      </span>
      {!over(token) && <button class="button" {...doing.press("revoke", revoke)} aria-label={t("settings.revoke_named", { name: token.name })}>{t("settings.revoke")}</button>}
      <Failures of={doing} />
    </li>
  );
}

const LASTS = [30, 90, 365] as const;
const DAY = 86_400_000;

function Make({ onClose, onMade }: { onClose(): void; onMade(secret: string): void }) {
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("viewer");
  const [days, setDays] = useState<string>("90");
  const doing = useDoing();
  const once = useOnce(onceKey);
  const make = async (): Promise<void> => {
    const key = once.key({ name, role, days });
    const expires_at = days ? new Date(Date.now() + Number(days) * DAY).toISOString() : null;
    onMade((await asked(api.POST("/api/v1/tokens", { params: { header: { "Idempotency-Key": key } }, body: { name, role, expires_at } }))).token ?? "");
  };
  return (
    <Dialog title={t("settings.token_new")} onClose={onClose}>
      <form class="stack" {...doing.submit("make", make)}>
        <Field label={t("sign_in.name")} value={name} change={setName} required autoFocus maxLength={100} hint={t("settings.token_name")} />
        <div class="field">
          <label for="role">{t("settings.role")}</label>
          <select id="role" value={role} onChange={(event) => setRole(event.currentTarget.value as Role)}>
            {ROLES.filter(may).map((each) => <option key={each} value={each}>{maybe(`role.${each}`)}</option>)}
          </select>
        </div>
        <div class="field">
          <label for="lasts">{t("settings.lasts")}</label>
          <select id="lasts" value={days} onChange={(event) => setDays(event.currentTarget.value)}>
            {LASTS.map((each) => <option key={each} value={each}>{t("settings.days", { count: each })}</option>)}
            <option value="">{t("settings.forever")}</option>
          </select>
        </div>
        <Failures of={doing} />
        <div class="row"><button class="button primary" {...doing.mark("make")}>{t("settings.token_do")}</button></div>
      </form>
    </Dialog>
  );
}
