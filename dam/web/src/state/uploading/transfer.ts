// One request whose body is big, with how far it is. `fetch` can't tell that; this can. Cancelled where nothing moves.
// Must not: try again; who asks knows whether that is safe.
import { csrfToken, heard, refusal, Refusal } from "../../api/client";
import { Slots } from "./slots";

export interface Transfer {
  readonly method: "POST" | "PUT";
  readonly url: string;
  readonly body: XMLHttpRequestBodyInit;
  readonly headers?: Readonly<Record<string, string>>;
  /** To the service, as the person; otherwise the address says by itself who may. */
  readonly asPerson: boolean;
  /** Bytes of the body that were handed to the network. */
  underway(bytes: number): void;
  readonly signal: AbortSignal;
}

/** Nothing moved for so long: whoever is at the other end is gone. The service may think longer about a whole file. */
const STALLED = 45_000;
const THINKS = 150_000;

/** Browsers hold six connections to one server; some stay free for what is looked at meanwhile. */
const slots = new Slots(4);

/** The answer's body. Throws Refusal (`unreachable` where there was no answer), AbortError. */
export const transfer = (what: Transfer): Promise<unknown> => slots.with(what.signal, () => sent(what));

function sent({ method, url, body, headers, asPerson, underway, signal }: Transfer): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    let timer: ReturnType<typeof setTimeout>;
    const lost = (): void => end(() => reject(new Refusal("unreachable", "", 0)));
    const abort = (): void => end(() => reject(new DOMException("Given up.", "AbortError")));
    const patience = (milliseconds: number): void => {
      clearTimeout(timer);
      timer = setTimeout(lost, milliseconds);
    };
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
      settle();
      if (request.readyState !== XMLHttpRequest.DONE) request.abort();
    };
    if (signal.aborted) return reject(new DOMException("Given up.", "AbortError"));
    signal.addEventListener("abort", abort);
    request.open(method, url);
    for (const [name, value] of Object.entries(headers ?? {})) request.setRequestHeader(name, value);
    const token = csrfToken();
    if (asPerson && token !== null) request.setRequestHeader("X-CSRF-Token", token);
    request.upload.onprogress = ({ loaded }) => (patience(STALLED), underway(loaded));
    request.upload.onload = () => patience(THINKS);
    request.onerror = lost;
    request.onload = () => end(() => answered(request, asPerson, resolve, reject));
    patience(STALLED);
    request.send(body);
  });
}

function answered(request: XMLHttpRequest, asPerson: boolean, resolve: (body: unknown) => void, reject: (error: Refusal) => void): void {
  const found = parsed(request.responseText);
  if (request.status >= 200 && request.status < 300) return resolve(found);
  const refused = refusal(found, request.status);
  if (asPerson && request.status === 401) heard(refused.code);
  reject(refused);
}

/** What went wrong with a body that is this file: a file that was moved or changed looks like a lost network. */
export async function reasonOf(error: unknown, file: File): Promise<unknown> {
  if (!(error instanceof Refusal) || error.status !== 0) return error;
  const there = await file.slice(-1).arrayBuffer().then(() => true, () => false);
  return there ? error : new Refusal("file_unreadable", "", 0);
}

/** An object store answers in XML; what is no JSON of ours says nothing to us. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
