// The values of the fields whose values only the service knows: tags by their beginning, the others as a whole.
import { api, asked } from "../../api/client";
import { fixed, FIELDS, fitting, type Typing } from "./complete";

const MANY = 200;
const SOME = 8;
const FRESH = 30_000;

interface Names {
  readonly at: number;
  readonly names: Promise<readonly string[]>;
}

const lists = new Map<string, Names>();

/** All names of a short list, asked for at most twice a minute. */
function list(name: string, ask: () => Promise<{ data: readonly { name: string }[] }>): Promise<readonly string[]> {
  const found = lists.get(name);
  if (found && Date.now() - found.at < FRESH) return found.names;
  const names = ask().then((answer) => answer.data.map((each) => each.name));
  names.catch(() => lists.delete(name));
  lists.set(name, { at: Date.now(), names });
  return names;
}

export const campaigns = (): Promise<readonly string[]> =>
  list("campaigns", () => asked(api.GET("/api/v1/campaigns", { params: { query: { limit: MANY } } })));

const channels = (): Promise<readonly string[]> =>
  list("channels", () => asked(api.GET("/api/v1/channels", { params: { query: { limit: MANY } } })));

export async function tags(prefix: string): Promise<readonly string[]> {
  const found = await asked(api.GET("/api/v1/tags", { params: { query: { prefix, limit: SOME } } }));
  return found.data.map((each) => each.name);
}

/** What could stand where somebody types. Throws Refusal. */
export async function suggestions(piece: Typing): Promise<readonly string[]> {
  if (piece.field === null) return piece.text === "" ? [] : fitting(FIELDS, piece.text);
  const known = fixed(piece.field);
  if (known) return fitting(known, piece.text);
  const text = piece.text.replace(/"$/, "");
  if (piece.field === "tag") return fitting(await tags(text), text);
  return fitting(await (piece.field === "campaign" ? campaigns() : channels()), text);
}
