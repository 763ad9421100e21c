// Proof, the same wherever a placement is mentioned: a chip with state, channel and when it was verified, that opens to
// what should be there, what was read there, how we know, and every attempt. Green means proven, nothing else.
import { ChevronDown, ChevronUp } from "lucide";
import { useId, useState } from "preact/hooks";
import { clock, moment, t } from "../lib/i18n";
import type { Placement } from "../state/standing";
import { Icon } from "./icon";
import { ProofDetails } from "./proof-details";
import { StateIcon, tone, word } from "./states";
import "./proof.css";

interface Props {
  readonly placement: Placement;
  /** Where the page's address says what is open; otherwise the chip knows itself. */
  readonly open?: boolean;
  toggle?(open: boolean): void;
  /** Something was done about it: whoever lists it asks anew. */
  readonly changed?: (() => void) | undefined;
}

const SAME_DAY = 18 * 3_600_000;

/** "12:04", and the day where it is not of today. */
export const short = (at: string): string => (Date.now() - Date.parse(at) < SAME_DAY ? clock(at) : moment(at));

export function Proof({ placement, open, toggle, changed }: Props) {
  const [own, setOwn] = useState(false);
  const id = useId();
  const shown = open ?? own;
  const turn = (): void => (toggle ? toggle(!shown) : setOwn(!shown));
  return (
    <div class="proof">
      <button class={`proof-chip ${tone(placement.state)}`} type="button" aria-expanded={shown} aria-controls={id} onClick={turn}>
        <StateIcon state={placement.state} />
        <b>{word(placement.state)}</b>
        <span class="where">{placement.channel}</span>
        {placement.verified_at && <span class="when" title={moment(placement.verified_at)}>{t(tone(placement.state) === "proven" ? "places.verified" : "places.verified_last", { at: short(placement.verified_at) })}</span>}
        <Icon of={shown ? ChevronUp : ChevronDown} />
      </button>
      <div class="proof-panel" id={id} hidden={!shown}>
        {shown && <ProofDetails placement={placement} changed={changed} />}
      </div>
    </div>
  );
}
