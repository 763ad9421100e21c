// Who is signed in. A session that ends while somebody works is no page of its own: a dialog asks for the password, and
// what was typed stays where it is.
import { signal } from "@preact/signals";
import { api, asked, present, Refusal, whenEnded, type Schemas } from "../api/client";

export type Me = Schemas["Me"];
export type Role = "viewer" | "contributor" | "approver" | "manager" | "admin";

/** Undefined until it is known; null: nobody. */
export const me = signal<Me | null | undefined>(undefined);

/** The session of somebody who was signed in has ended. */
export const expired = signal(false);

const ORDER: readonly Role[] = ["viewer", "contributor", "approver", "manager", "admin"];

/** Whether the role reaches; the service decides anew at every request. */
export const may = (role: Role): boolean => ORDER.indexOf((me.value?.role ?? "viewer") as Role) >= ORDER.indexOf(role);

whenEnded(() => {
  if (me.peek()) expired.value = true;
});

export async function load(): Promise<void> {
  try {
    await become(asked(api.GET("/api/v1/me")));
  } catch (error) {
    if (!(error instanceof Refusal) || error.status !== 401) throw error;
    me.value = null;
  }
}

async function become(asking: Promise<Me>): Promise<void> {
  const found = await asking;
  present(found.csrf);
  me.value = found;
  expired.value = false;
}

export async function signIn(name: string, password: string): Promise<void> {
  const begun = await asked(api.POST("/api/v1/sessions", { body: { name, password } }));
  present(begun.csrf);
  await load();
}

/** Begin by a one-time link, giving the account its name and password. */
export async function redeem(link: string, name: string, password: string): Promise<void> {
  const begun = await asked(api.POST("/api/v1/sessions", { body: { link, name, password } }));
  present(begun.csrf);
  await load();
}

export async function signOut(): Promise<void> {
  await asked(api.DELETE("/api/v1/sessions"));
  location.assign("/sign-in");
}

/** Resolves as soon as the person is signed in, at once where they are. */
export const signedIn = (): Promise<void> =>
  new Promise((resolve) => {
    const stop = expired.subscribe((gone) => {
      if (gone) return;
      resolve();
      queueMicrotask(() => stop());
    });
  });
