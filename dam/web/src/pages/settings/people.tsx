// Who there is, in which role. A link that signs somebody in is shown once.
import { UserPlus } from "lucide";
import { useState } from "preact/hooks";
import { api, asked, onceKey, Refusal, withResponse, type Schemas } from "../../api/client";
import { Dialog } from "../../components/dialog";
import { Field } from "../../components/field";
import { Icon } from "../../components/icon";
import { More } from "../../components/more";
import { Failures } from "../../components/problem";
import { Secret } from "../../components/secret";
import { useDoing, type Doing } from "../../lib/doing";
import { maybe, t } from "../../lib/i18n";
import { useOnce } from "../../lib/once";
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
  return (
    <>
      {may("admin") && <div><button class="button primary" onClick={() => setMaking(true)}><Icon of={UserPlus} />{t("settings.invite")}</button></div>}
      <ul class="lines">
        {people.rows.map((user) => <Person key={user.id} user={user} reload={people.reload} show={setLink} />)}
      </ul>
      <More of={people} none="" />
      {making && <Invite onClose={() => setMaking(false)} onMade={(secret) => (setMaking(false), setLink(secret), void people.reload())} />}
      {link !== null && <Secret title={t("settings.link")} says={t("settings.link_says")} secret={signInLink(link)} onClose={() => setLink(null)} />}
    </>
  );
}

type Change = { readonly role: Role } | { readonly disabled: boolean };

const MOST_TRIES = 4;

/** Make it so, whatever else about the person somebody else changes meanwhile. */
async function change(id: string, body: Change): Promise<void> {
  const path = { user_id: id };
  for (let tries = 1; ; tries += 1) {
    const { response } = await withResponse(api.GET("/api/v1/users/{user_id}", { params: { path } }));
    try {
      await asked(api.PATCH("/api/v1/users/{user_id}", { params: { path, header: { "If-Match": response.headers.get("ETag") ?? "" } }, body }));
      return;
    } catch (error) {
      if (!(error instanceof Refusal) || error.status !== 412 || tries === MOST_TRIES) throw error;
    }
  }
}

interface Line {
  readonly user: User;
  reload(): Promise<void>;
  show(link: string | null): void;
}

function Person(props: Line) {
  const { user } = props;
  const doing = useDoing();
  const fixed = !may("admin") || user.id === me.value?.id || user.kind !== "person";
  return (
    <li class={user.disabled ? "disabled" : ""} aria-busy={doing.busy()}>
      <span class="name"><b>{user.name}</b>{user.kind !== "person" && <span class="chip">{t("settings.program")}</span>}{user.disabled && <span class="chip">{t("settings.disabled")}</span>}</span>
      {fixed ? <span class="quiet">{maybe(`role.${user.role}`)}</span> : <Controls {...props} doing={doing} />}
      <Failures of={doing} />
    </li>
  );
}

/** What is changed here goes one after the other, each from what the one before has left. */
function Controls({ user, reload, show, doing }: Line & { doing: Doing }) {
  const [chosen, choose] = useState<Role | null>(null);
  const become = async (role: Role): Promise<void> => {
    choose(role);
    await doing.run("role", async () => (await change(user.id, { role }), await reload()));
    choose((now) => (now === role ? null : now)); // a later choice shows itself
  };
  const turn = async (): Promise<void> => (await change(user.id, { disabled: !user.disabled }), await reload());
  const relink = async (): Promise<void> => {
    const made = await asked(api.POST("/api/v1/users/{user_id}/link", { params: { path: { user_id: user.id }, header: { "Idempotency-Key": onceKey() } } }));
    show(made.link);
  };
  return (
    <span class="row">
      <select aria-label={t("settings.role_of", { name: user.name })} value={chosen ?? user.role ?? ""} onChange={(event) => void become(event.currentTarget.value as Role)}>
        {ROLES.map((role) => <option key={role} value={role}>{maybe(`role.${role}`)}</option>)}
      </select>
      {!user.disabled && <button class="button" {...doing.press("link", relink)}>{t("settings.new_link")}</button>}
      <button class="button" {...doing.press("disabled", turn)}>{t(user.disabled ? "settings.enable" : "settings.disable")}</button>
    </span>
  );
}

function Invite({ onClose, onMade }: { onClose(): void; onMade(secret: string): void }) {
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>("contributor");
  const doing = useDoing();
  const once = useOnce(onceKey);
  const make = async (): Promise<void> => {
    const body = { name, role };
    onMade((await asked(api.POST("/api/v1/users", { params: { header: { "Idempotency-Key": once.key(body) } }, body }))).link ?? "");
  };
  return (
    <Dialog title={t("settings.invite")} onClose={onClose}>
      <form class="stack" {...doing.submit("make", make)}>
        <Field label={t("sign_in.name")} value={name} change={setName} required autoFocus maxLength={100} />
        <div class="field">
          <label for="role">{t("settings.role")}</label>
          <select id="role" value={role} onChange={(event) => setRole(event.currentTarget.value as Role)} aria-describedby="role-told">
            {ROLES.map((each) => <option key={each} value={each}>{maybe(`role.${each}`)}</option>)}
          </select>
          <p class="hint" id="role-told">{maybe(`role.${role}.says`)}</p>
        </div>
        <Failures of={doing} />
        <div class="row"><button class="button primary" {...doing.mark("make")}>{t("settings.invite_do")}</button></div>
      </form>
    </Dialog>
  );
}
