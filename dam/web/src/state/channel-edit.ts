// Changing a channel so that nobody's change is lost: only what the person made different is sent, and where somebody else
// made the same different meanwhile, the person hears of it before theirs is put in its place. Must not: draw.
import { Refusal, type Schemas } from "../api/client";
import type { Property } from "../lib/schema";
import { channel as ask, editChannel, type Channel } from "./places";

export type Setup = Pick<Schemas["ChannelSetup"], "name" | "recipe" | "on_drift" | "audit_every_s">;
type Config = Readonly<Record<string, unknown>>;
export type Change = Schemas["ChannelChange"];

const MOST_TRIES = 4;

/** What differs from how it was; what was emptied is null, but a secret left empty stays. */
export function changed(began: Pick<Channel, keyof Setup | "config">, setup: Setup, config: Config, fields: readonly Property[]): Change {
  const rest = Object.fromEntries(Object.entries(setup).filter(([name, value]) => value !== began[name as keyof Setup]));
  const put = Object.entries(config).filter(([name, value]) => value !== began.config[name]);
  const emptied = fields.filter((each) => each.type !== "secret" && each.name in began.config && !(each.name in config)).map((each) => [each.name, null]);
  const configured = Object.fromEntries([...put, ...emptied]) as Config;
  return { ...rest, ...(Object.keys(configured).length > 0 ? { config: configured } : {}) } as Change;
}

/** Which of what is to be changed somebody else has changed since. */
export function overlap(change: Change, began: Pick<Channel, keyof Setup | "config">, now: Pick<Channel, keyof Setup | "config">): readonly string[] {
  const plain = Object.keys(change).filter((name) => name !== "config" && began[name as keyof Setup] !== now[name as keyof Setup]);
  return [...plain, ...Object.keys(change.config ?? {}).filter((name) => began.config[name] !== now.config[name])];
}

/**
 * Save it. `began` is what the person saw; once they have been told that somebody else changed the same, it is what is so by
 * now, and saving again puts theirs in its place. Throws Refusal, `changed_meanwhile` among them.
 */
export async function saveChannel(began: { current: Channel | undefined }, seen: Channel, change: Change): Promise<Channel> {
  let now = seen;
  for (let tries = 1; ; tries += 1) {
    if (began.current && overlap(change, began.current, now).length > 0) {
      began.current = now;
      throw new Refusal("changed_meanwhile", "", 412);
    }
    try {
      return await editChannel(now.id, now.revision, change);
    } catch (error) {
      if (!(error instanceof Refusal) || error.status !== 412 || tries === MOST_TRIES) throw error;
      now = await ask(now.id);
    }
  }
}
