// A state is a word, an icon and a colour, the same everywhere. Green means proven, nothing else; grey waits, blue is on
// its way, amber retries or drifted, red needs a person.
import {
  Ban, Check, CheckCheck, CircleAlert, CircleDashed, CircleDot, CircleX, Clock, Eye, Hourglass, PencilLine, RefreshCw,
  RotateCw, Shuffle, Unplug, type IconNode,
} from "lucide";
import { maybe, t, type Key } from "../lib/i18n";
import { Icon } from "./icon";

export type Tone = "proven" | "waits" | "moves" | "warns" | "needs" | "plain";

const LOOKS: Readonly<Record<string, readonly [IconNode, Tone]>> = {
  // placements
  waiting: [CircleDashed, "waits"],
  replacing: [RefreshCw, "moves"],
  verifying: [Eye, "moves"],
  current: [CheckCheck, "proven"],
  matched: [Check, "plain"],
  acknowledged: [Check, "plain"],
  retrying: [RotateCw, "warns"],
  failed: [CircleX, "needs"],
  drifted: [Shuffle, "warns"],
  unreachable: [Unplug, "needs"],
  withdrawn: [Ban, "waits"],
  // versions
  draft: [PencilLine, "plain"],
  approved: [Check, "plain"],
  rejected: [CircleX, "plain"],
  revoked: [Ban, "plain"],
  // renditions
  pending: [Hourglass, "waits"],
  ready: [Check, "plain"],
  not_applicable: [CircleDashed, "waits"],
  // rollouts
  open: [RefreshCw, "moves"],
  held: [Hourglass, "warns"],
  done: [Check, "plain"],
  cancelled: [Ban, "waits"],
  // deliveries
  due: [Clock, "waits"],
  leased: [RefreshCw, "moves"],
  superseded: [CircleDot, "waits"],
  // work
  set_aside: [CircleAlert, "needs"],
};

/** The worst first, as boards show them. */
export const WORST_FIRST = [
  "failed", "unreachable", "drifted", "retrying", "replacing", "verifying", "waiting", "acknowledged", "matched", "current",
  "withdrawn",
] as const;

export const tone = (state: string): Tone => LOOKS[state]?.[1] ?? "plain";

export const word = (state: string): string => maybe(`state.${state}`) ?? state;

/** The icon alone, beside a word. */
export const StateIcon = ({ state }: { state: string }) => <Icon of={LOOKS[state]?.[0] ?? CircleDot} />;

export function State({ state, says }: { state: string; says?: string }) {
  const [icon, colour] = LOOKS[state] ?? [CircleDot, "plain" as Tone];
  return <span class={`state ${colour}`}><Icon of={icon} />{says ?? word(state)}</span>;
}

/** A number on a state that is a filter: pressed or not. */
export const stateLabel = (state: string, count: number): string => t("state.counted" as Key, { state: word(state), count });
