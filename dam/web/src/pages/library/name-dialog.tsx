// Which tag or campaign: typed, or one of those that there are.
import { useEffect, useId, useState } from "preact/hooks";
import { Refusal } from "../../api/client";
import { Dialog } from "../../components/dialog";
import { Field } from "../../components/field";
import { many, t } from "../../lib/i18n";
import { fitting } from "./complete";
import type { Asset } from "./results";
import { campaigns, tags } from "./values";

interface Props {
  readonly does: "tag" | "untag" | "campaign";
  readonly assets: readonly Asset[];
  act(name: string): void;
  close(): void;
}

export function NameDialog({ does, assets, act, close }: Props) {
  const [name, setName] = useState("");
  const offers = useOffers(does, assets, name);
  const form = useId();
  const submit = (event: Event): void => {
    event.preventDefault();
    if (name.trim()) act(name.trim().normalize("NFC"));
  };
  return (
    <Dialog
      title={t(`library.ask.${does}`)} onClose={close}
      foot={<button class="button primary" form={form} disabled={!name.trim()}>{many(`library.do.${does}`, assets.length)}</button>}
    >
      <form id={form} class="stack" onSubmit={submit}>
        <Field label={t(does === "campaign" ? "library.campaign_name" : "library.tag_name")} value={name} change={setName} autoFocus maxLength={100} autocomplete="off" />
      </form>
      {offers.length > 0 && (
        <ul class="row" aria-label={t("library.completions")}>
          {offers.map((each) => <li key={each}><button class="button" aria-pressed={each === name} onClick={() => setName(each)}>{each}</button></li>)}
        </ul>
      )}
    </Dialog>
  );
}

const FEW = 12;

/** Names that there are: of these assets where one is to be taken away, of the library otherwise. */
function useOffers(does: Props["does"], assets: readonly Asset[], name: string): readonly string[] {
  const [known, setKnown] = useState<readonly string[]>([]);
  useEffect(() => {
    let wanted = true;
    const ask = does === "campaign" ? campaigns() : does === "tag" ? tags(name) : Promise.resolve(mine(assets));
    ask.then((found) => wanted && setKnown(found), (error: unknown) => {
      if (!(error instanceof Refusal)) throw error; // without offers one types
    });
    return () => void (wanted = false);
  }, [does, name]);
  return known.includes(name) ? known.slice(0, FEW) : fitting(known, name, FEW);
}

const mine = (assets: readonly Asset[]): readonly string[] => {
  const counts = new Map<string, number>();
  for (const tag of assets.flatMap((each) => each.tags)) counts.set(tag, (counts.get(tag) ?? 0) + 1);
  return [...counts.keys()].sort((one, other) => counts.get(other)! - counts.get(one)!);
};
