// One placement as a row: what is shown, where, as what, its proof, and, where something is not right, why and the
// action beside it.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { useDoing } from "../lib/doing";
import { moment, t } from "../lib/i18n";
import { place as at } from "../lib/route";
import { checkChannel, repair, retry, thumbnail } from "../state/places";
import { may } from "../state/session";
import { step, type Placement } from "../state/standing";
import { Picture } from "./picture";
import { Failures } from "./problem";
import { Proof } from "./proof";
import { reason, recipeWord } from "./place-words";
import { Time } from "./time";
import "./place-row.css";

interface Props {
  readonly placement: Placement;
  /** Lists of several assets' places show which asset it is. */
  readonly asset?: boolean;
  readonly open?: boolean;
  toggle?(open: boolean): void;
  readonly changed?: (() => void) | undefined;
  /** Beside the facts: what a rollout says of this place. */
  readonly children?: ComponentChildren;
}

export function PlaceRow({ placement, asset, open, toggle, changed, children }: Props) {
  const [own, setOwn] = useState(false);
  const turn = toggle ?? setOwn;
  return (
    <li class="place">
      {asset && <Thumb of={placement} />}
      <span class="what">
        {asset && <a href={`/assets/${placement.asset_id}`}>{placement.title}</a>}
        <span class={asset ? "remote quiet" : "remote"}>{placement.remote}</span>
        <span class="as quiet">{recipeWord(placement.recipe)}{placement.follow !== "approved" && `, ${t("places.pinned", { number: placement.follow })}`}</span>
      </span>
      {children}
      <Proof placement={placement} open={open ?? own} toggle={turn} changed={changed} />
      {!(open ?? own) && <Trouble placement={placement} changed={changed} show={() => turn(true)} />}
    </li>
  );
}

function Thumb({ of }: { of: Placement }) {
  const number = of.desired.version;
  return (
    <span class="thumb">
      <Picture src={number === null ? null : thumbnail(of.asset_id, number)} width={1} height={1} colour={null} alt="" />
    </span>
  );
}

/** Why it is not right, when it is tried again, and what helps; nothing where all is well. */
function Trouble({ placement, changed, show }: { placement: Placement; changed: (() => void) | undefined; show(): void }) {
  const doing = useDoing();
  const helps = step(placement);
  if (placement.reason === null || helps === null) return null;
  const help = (act: () => Promise<unknown>) => doing.press("help", async () => (await act(), changed?.()));
  return (
    <div class="trouble">
      <span>
        {reason(placement.reason)}
        {placement.next_attempt_at && <span class="quiet" title={moment(placement.next_attempt_at)}> {t("places.again")} <Time at={placement.next_attempt_at} />.</span>}
      </span>
      {helps === "channel" && may("contributor") && <button class="button" {...help(() => checkChannel(placement.channel_id))}>{t("places.check")}</button>}
      {helps === "retry" && may("contributor") && <button class="button" {...help(() => retry(placement.id))}>{t("places.retry")}</button>}
      {helps === "repair" && may("approver") && <button class="button" {...help(() => repair(placement.id, false))}>{t("places.repair")}</button>}
      {helps === "adopt" && may("approver") && <button class="button" onClick={show}>{t("places.decide")}</button>}
      {helps === "channel" && at.value.path !== `/channels/${placement.channel_id}` && <a class="button quiet" href={`/channels/${placement.channel_id}`}>{t("places.to_channel")}</a>}
      {helps === "approve" && may("approver") && <a class="button quiet" href={`/assets/${placement.asset_id}`}>{t("places.to_asset")}</a>}
      <Failures of={doing} />
    </div>
  );
}
