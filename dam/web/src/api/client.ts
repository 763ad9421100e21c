// The service, typed by its OpenAPI document (`schema.ts` is made from it by the build). Every request has a time-out,
// every refusal becomes a `Refusal` with the service's stable code.
// Must not: keep anything; what is kept is in `state`.
import createClient, { type Middleware } from "openapi-fetch";
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];

const PATIENCE = 30_000;

export interface FieldProblem {
  readonly field: string;
  readonly code: string;
  readonly detail: string;
}

/** What the service said no to, or that it could not be asked (`unreachable`). `more`: what else the answer told. */
export class Refusal extends Error {
  constructor(
    readonly code: string,
    readonly detail: string,
    readonly status: number,
    readonly errors: readonly FieldProblem[] = [],
    readonly more: Readonly<Record<string, unknown>> = {},
  ) {
    super(`${code}: ${detail}`);
  }
}

let csrf: string | null = null;
let ended: () => void = () => {};

/** The value that every changing request of the session repeats. */
export const present = (value: string | null): void => void (csrf = value);

/** What is to be done when the service says that the session has ended. */
export const whenEnded = (act: () => void): void => void (ended = act);

/** For a request that is not made by `api`, such as one that tells how far its body is. */
export const csrfToken = (): string | null => csrf;

/** What a refusal with 401 says. A wrong password is one too; only these codes mean that nobody is signed in any more. */
export const heard = (code: string): void => void (["session_invalid", "credentials_missing"].includes(code) && ended());

const session: Middleware = {
  onRequest({ request }) {
    if (csrf !== null && !["GET", "HEAD"].includes(request.method)) request.headers.set("X-CSRF-Token", csrf);
    return request;
  },
  async onResponse({ response }) {
    if (response.status !== 401) return;
    const { code } = (await response.clone().json()) as { code?: string };
    heard(code ?? "");
  },
};

const patient = (request: Request): Promise<Response> =>
  fetch(request, { signal: AbortSignal.any([request.signal, AbortSignal.timeout(PATIENCE)]) });

export const api = createClient<paths>({ baseUrl: location.origin, credentials: "same-origin", fetch: patient });
api.use(session);

interface Outcome<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** What the service answered. Throws Refusal. */
export async function asked<T>(request: Promise<Outcome<T>>): Promise<NonNullable<T>> {
  return (await withResponse(request)).data;
}

/** The same with the response, for its headers. Throws Refusal. */
export async function withResponse<T>(request: Promise<Outcome<T>>): Promise<{ data: NonNullable<T>; response: Response }> {
  let outcome: Outcome<T>;
  try {
    outcome = await request;
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Refusal("unreachable", "", 0);
  }
  const { data, error, response } = outcome;
  if (!response.ok) throw refusal(error, response.status);
  return { data: data as NonNullable<T>, response };
}

/** A text that a version has, such as an index. Throws Refusal. */
export async function written(url: string, signal: AbortSignal): Promise<string> {
  const response = await patient(new Request(new URL(url, location.origin), { credentials: "same-origin", signal }));
  if (!response.ok) throw new Refusal("unreachable", "", response.status);
  return response.text();
}

/** The body of a refused request as a Refusal, whoever made the request. */
export function refusal(body: unknown, status: number): Refusal {
  if (typeof body !== "object" || body === null || !("code" in body)) return new Refusal("unreachable", "", status);
  const { code, detail, errors, ...more } = body as Record<string, unknown>;
  return new Refusal(String(code), String(detail ?? ""), status, (errors ?? []) as FieldProblem[], more);
}

/** The value of Idempotency-Key for a POST that may be sent again without being done again. Pages that came over plain
 * HTTP have no `crypto.randomUUID`. */
export const onceKey = (): string => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

export const API = "/api/v1";
