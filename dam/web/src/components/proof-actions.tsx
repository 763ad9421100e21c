// What a person can do about one placement. Replacing bytes that are not ours is a choice of its own.
import { useState } from "preact/hooks";
import { useDoing, type Doing } from "../lib/doing";
import { t } from "../lib/i18n";
import { checkChannel, repair, retry, verify, withdrawPlacement } from "../state/places";
import { may } from "../state/session";
import { foreign, type Placement } from "../state/standing";
import { Failures } from "./problem";

interface Props {
  readonly placement: Placement;
  done(): Promise<void>;
}

type Asking = "repair" | "withdraw" | null;

export function ProofActions({ placement, done }: Props) {
  const [asking, setAsking] = useState<Asking>(null);
  const doing = useDoing();
  const [said, setSaid] = useState("");

  // One at a time: what helps next depends on what this one does.
  const act = (ask: () => Promise<unknown>, then: string) => doing.press("act", async () => {
    setSaid("");
    await ask();
    setAsking(null);
    setSaid(then);
    await done().catch(() => undefined); // it was done; what is shown catches up by itself
  });
  if (placement.state === "withdrawn" || !may("contributor")) return null;
  const sent = placement.attempts > 0;
  const { state, id } = placement;
  return (
    <div class="proof-actions">
      <div class="row">
        {state === "unreachable" && <button class="button" {...act(() => checkChannel(placement.channel_id), t("places.check_asked"))}>{t("places.check")}</button>}
        {["retrying", "failed"].includes(state) && !foreign(placement) && (
          <button class="button" {...act(() => retry(id), t("places.retry_asked"))}>{t("places.retry")}</button>
        )}
        {sent && <button class="button" {...act(() => verify(id), t("places.verify_asked"))}>{t("places.verify")}</button>}
        {may("approver") && ["drifted", "failed"].includes(state) && (
          <button class="button" aria-expanded={asking === "repair"} {...(foreign(placement) ? { onClick: () => setAsking("repair") } : act(() => repair(id, false), t("places.repair_asked")))}>{t("places.repair")}</button>
        )}
        {may("approver") && <button class="button quiet" aria-expanded={asking === "withdraw"} onClick={() => setAsking("withdraw")}>{t("places.withdraw")}</button>}
        {state === "unreachable" && <a class="button quiet" href={`/channels/${placement.channel_id}`}>{t("places.to_channel")}</a>}
      </div>
      {asking === "repair" && <Adopt go={act(() => repair(id, true), t("places.repair_asked"))} cancel={() => setAsking(null)} />}
      {asking === "withdraw" && (
        <fieldset class="choice">
          <p>{t("places.withdraw_says", { remote: placement.remote, channel: placement.channel })}</p>
          <div class="row">
            <button class="button danger" {...act(() => withdrawPlacement(id), t("places.withdraw_asked"))}>{t("places.withdraw_do")}</button>
            <button class="button quiet" onClick={() => setAsking(null)}>{t("action.cancel")}</button>
          </div>
        </fieldset>
      )}
      <Failures of={doing} />
      <p role="status" class={said ? "quiet" : "visually-hidden"}>{said}</p>
    </div>
  );
}

function Adopt({ cancel, go }: { cancel(): void; go: ReturnType<Doing["press"]> }) {
  const [agreed, setAgreed] = useState(false);
  return (
    <fieldset class="choice">
      <p>{t("places.adopt_says")}</p>
      <label class="check"><input type="checkbox" checked={agreed} onChange={(event) => setAgreed(event.currentTarget.checked)} /> {t("places.adopt")}</label>
      <div class="row">
        <button class="button danger" disabled={!agreed} {...go}>{t("places.adopt_do")}</button>
        <button class="button quiet" onClick={cancel}>{t("action.cancel")}</button>
      </div>
    </fieldset>
  );
}
