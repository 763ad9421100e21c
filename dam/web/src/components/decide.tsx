// What a decision will do, and then what it does, in one dialog: every place with before and after and what does not fit;
// once it is decided, the same list is the rollout as it runs. Closing it leaves it running.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { api, asked, onceKey, Refusal, type Schemas } from "../api/client";
import { useDoing, type Doing } from "../lib/doing";
import { many, t, type Key } from "../lib/i18n";
import { useOnce } from "../lib/once";
import { nudge } from "../state/live";
import { decided, effect, seen as seenOf, type Decision, type Effect, type Seen } from "../state/decisions";
import { useResource } from "../state/resource";
import { Arriving, useArrival } from "./arriving";
import { Dialog } from "./dialog";
import { Affected } from "./affected";
import { OldNew } from "./old-new";
import { Failures, Problem } from "./problem";

export type { Decision } from "../state/decisions";

interface Props {
  readonly asset: Schemas["Asset"];
  readonly version: Schemas["Version"];
  readonly decision: Decision;
  onClose(): void;
}

export function Decide({ asset: given, version, decision, onClose }: Props) {
  const [asset, setAsset] = useState(given);
  const seen = useMemo(() => seenOf(asset, version), [asset, version]);
  const plan = useResource(`decide/${asset.id}/${version.number}/${decision}/${seen.head}`, (signal) => effect(decision, asset.id, version.number, signal));
  const [note, setNote] = useState("");
  const doing = useDoing();
  const [failed] = doing.failures;
  /** The refusal after which the person looked again. */
  const [looked, setLooked] = useState<unknown>();
  const once = useOnce(onceKey);
  const [number, setNumber] = useState<number | null>(null);
  const arrival = useArrival(number);

  const decide = async (): Promise<void> => {
    const started = await decided(decision, asset.id, version.number, seen, note, once.key([decision, asset.id, version.number, seen, note]));
    nudge();
    if (started === null) onClose();
    else setNumber(started);
  };
  const again = async (): Promise<void> => {
    setAsset(await asked(api.GET("/api/v1/assets/{asset_id}", { params: { path: { asset_id: asset.id } } })));
    setLooked(failed);
  };
  const moved = failed !== looked && failed instanceof Refusal && failed.code === "head_moved";
  const title = t(`places.title.${decision}` as Key, { title: asset.title, number: version.number });
  return (
    <Dialog title={title} onClose={onClose} wide foot={number === null
      ? <Foot decision={decision} plan={plan.data} number={version.number} wait={plan.data === undefined || moved} close={onClose} go={doing.press("decide", decide)} />
      : <><a class="button quiet" href={`/rollouts/${number}`} onClick={onClose}>{t("places.rollout", { number })}</a><Close close={onClose} /></>}
    >
      <OldNew asset={asset} version={version} decision={decision} />
      {number === null ? (
        <>
          {plan.error !== undefined && <Problem error={plan.error} retry={() => void plan.reload()} />}
          {plan.data && <Affected plan={plan.data} assetId={asset.id} />}
          <div class="field">
            <label for="decide-note">{t("places.note")}</label>
            <textarea id="decide-note" value={note} onInput={(event) => setNote(event.currentTarget.value)} />
            <p class="hint">{t(decision === "reject" || decision === "revoke" ? "places.note_why" : "places.note_hint")}</p>
          </div>
          {failed !== undefined && failed !== looked && (moved ? <Moved again={again} /> : <Problem error={failed} />)}
        </>
      ) : <Arriving arrival={arrival} />}
    </Dialog>
  );
}

/** Somebody decided meanwhile: nothing was done; what is so now can be looked at before deciding anew. */
function Moved({ again }: { again(): Promise<void> }) {
  const doing = useDoing();
  return (
    <div class="problem" role="alert">
      <div><p>{t("places.head_moved")}</p><Failures of={doing} /></div>
      <button class="button" {...doing.press("again", again)}>{t("places.look_again")}</button>
    </div>
  );
}

function Foot({ decision, plan, number, wait, close, go }: {
  decision: Decision; plan: Effect | undefined; number: number; wait: boolean; close(): void; go: ReturnType<Doing["press"]>;
}) {
  return (
    <>
      <button class="button quiet" onClick={close}>{t("action.cancel")}</button>
      <button class={decision === "approve" || decision === "rollback" ? "button primary" : "button danger"} disabled={wait} {...go}>{does(decision, number, plan)}</button>
    </>
  );
}

/** It takes the focus from the button that is not there any more. */
function Close({ close }: { close(): void }) {
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => button.current?.focus(), []);
  return <button ref={button} class="button primary" onClick={close}>{t("action.close")}</button>;
}

/** What the button does, in full: "Approve version 3 and replace it in 12 places". */
function does(decision: Decision, number: number, plan: Effect | undefined): string {
  const count = plan?.moved ?? 0;
  if (count === 0 || decision === "reject" || decision === "revoke") return t(`places.do.${decision}` as Key, { number });
  const key = `places.do_in.${decision}` as "places.do_in.approve";
  return many(key, count, { number });
}

export type { Seen };
