// Who there is, in which role. A link that signs somebody in is shown once.
import { UserPlus } from "lucide";
import { useState } from "preact/hooks";
import { api, asked, onceKey, withResponse, type Schemas } from "../../api/client";
import { Dialog } from "../../components/dialog";
import { Field } from "../../components/field";
import { Icon } from "../../components/icon";
import { More } from "../../components/more";
import { Problem } from "../../components/problem";
import { Secret } from "../../components/secret";
import { maybe, t } from "../../lib/i18n";
import { usePages } from "../../state/pages";
import { may, me, type Role } from "../../state/session";

type User = Schemas["User"];

export const ROLES: readonly Role[] = ["viewer", "contributor", "approver", "manager", "admin"];

const signInLink = (secret: string): string => `${location.origin}/sign-in#${secret}`;

export function People() {
  const people = usePages(
    "users",
    (cursor, signal) => asked(api.GET("/api/v1/users", { params: { query: { limit: 100, ...(cursor ? { cursor } : {}) } }, ...(signal ? { signal } : {}) })),
    (event) => event.type.startsWith("user."),
  );
  const [making, setMaking] = useState(false);
  const [link, setLink] = useState<string | null>(null);
  const [failed, setFailed] = useState<unknown>();
  const attempt = (act: Promise<void>): void => void act.then(() => setFailed(undefined), setFailed);

  const change = async (id: string, body: { role?: Role; disabled?: boolean }): Promise<void> => {
    const path = { user_id: id };
    const { response } = await withResponse(api.GET("/api/v1/users/{user_id}", { params: { path } }));
    await asked(api.PATCH("/api/v1/users/{user_id}", { params: { path, header: { "If-Match": response.headers.get("ETag") ?? "" } }, body }));
    await people.reload();
  };
  const relink = async (id: string): Promise<void> => {
    const made = await asked(api.POST("/api/v1/users/{user_id}/link", { params: { path: { user_id: id }, header: { "Idempotency-Key": onceKey() } } }));
    setLink(made.link);
  };

  return (
    <>
      {may("admin") && <div><button class="button primary" onClick={() => setMaking(true)}><Icon of={UserPlus} />{t("settings.invite")}</button></div>}
      {failed !== undefined && <Problem error={failed} />}
      <ul class="lines">
        {people.rows.map((user) => (
          <Person key={user.id} user={user} change={(body) => attempt(change(user.id, body))} relink={() => attempt(relink(user.id))} />
        ))}
      </ul>
      <More of={people} none="" />
      {making && <Invite onClose={() => setMaking(false)} onMade={(secret) => (setMaking(false), setLink(secret), void people.reload())} />}
      {link !== null && <Secret title={t("settings.link")} says={t("settings.link_says")} secret={signInLink(link)} onClose={() => setLink(null)} />}
    </>
  );
}

interface Line {
  readonly user: User;
  change(body: { role?: Role; disabled?: boolean }): void;
  relink(): void;
}

function Person({ user, change, relink }: Line) {
  const fixed = !may("admin") || user.id === me.value?.id || user.kind !== "person";
  return (
    <li class={user.disabled ? "disabled" : ""}>
      <span class="name"><b>{user.name}</b>{user.kind !== "person" && <span class="chip">{t("settings.program")}</span>}{user.disabled && <span class="chip">{t("settings.disabled")}</span>}</span>
      {fixed
        ? <span class="quiet">{maybe(`role.${user.role}`)}</span>
        : (
          <span class="row">
            <select aria-label={t("settings.role_of", { name: user.name })} value={user.role ?? ""} onChange={(event) => change({ role: event.currentTarget.value as Role })}>
              {ROLES.map((role) => <option key={role} value={role}>{maybe(`role.${role}`)}</option>)}
            </select>
            {!user.disabled && <button class="button" onClick={relink}>{t("settings.new_link")}</button>}
            <button class="button" onClick={() => change({ disabled: !user.disabled })}>{t(user.disabled ? "settings.enable" : "settings.disable")}</button>
          </span>
        )}
    </li>
  );
}

function Invite({ onClose, onMade }: { onClose(): void; onMade(secret: string): void }) {
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("contributor");
  const [failed, setFailed] = useState<unknown>();
  const [key] = useState(onceKey);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    try {
      const made = await asked(api.POST("/api/v1/users", { params: { header: { "Idempotency-Key": key } }, body: { name, role } }));
      onMade(made.link ?? "");
    } catch (error) {
      setFailed(error);
    }
  };
  return (
    <Dialog title={t("settings.invite")} onClose={onClose}>
      <form class="stack" onSubmit={(event) => void submit(event)}>
        <Field label={t("sign_in.name")} value={name} change={setName} required autoFocus maxLength={100} />
        <div class="field">
          <label for="role">{t("settings.role")}</label>
          <select id="role" value={role} onChange={(event) => setRole(event.currentTarget.value as Role)} aria-describedby="role-told">
            {ROLES.map((each) => <option key={each} value={each}>{maybe(`role.${each}`)}</option>)}
          </select>
          <p class="hint" id="role-told">{maybe(`role.${role}.says`)}</p>
        </div>
        {failed !== undefined && <Problem error={failed} />}
        <div class="row"><button class="button primary">{t("settings.invite_do")}</button></div>
      </form>
    </Dialog>
  );
}
