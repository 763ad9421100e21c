// Tags or campaigns: each leads to the library, is taken away by one press, and new ones are completed. What two people
// add and remove at once is merged; there is nothing to pick.
import { Plus, X } from "lucide";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { Icon } from "../../components/icon";
import { Failures } from "../../components/problem";
import { useDoing } from "../../lib/doing";
import { t } from "../../lib/i18n";
import { mergeNames } from "../../lib/merge";
import { edit, type Asset } from "../../state/asset";
import { draftOf, keepDraft } from "../../state/drafts";
import type { Resource } from "../../state/resource";

interface Props {
  readonly resource: Resource<Asset>;
  readonly asset: Asset;
  readonly part: "tags" | "campaigns";
  /** What the query language calls it. */
  readonly field: "tag" | "campaign";
  readonly label: string;
  readonly add: string;
  readonly allowed: boolean;
  complete(beginning: string): Promise<readonly string[]>;
}

/** The library's address with all that have this name. No quotation mark can be searched for. */
export const found = (field: string, name: string): string => `/?q=${encodeURIComponent(`${field}:"${name.replaceAll('"', " ")}"`)}`;

const LONGEST = 100;

export function Names({ resource, asset, part, field, label, add, allowed, complete }: Props) {
  const draft = `add.${part}`;
  const [text, setText] = useState(() => draftOf(asset.id, draft)?.mine ?? "");
  const typed = useRef(text);
  const doing = useDoing();
  const input = useRef<HTMLInputElement>(null);
  const latest = useRef(asset);
  latest.current = asset;
  const type = (now: string): void => {
    typed.current = now;
    setText(now);
    keepDraft(asset.id, draft, now ? { base: "", mine: now } : null);
  };
  // `base`: what the person saw when they pressed; by its turn, an earlier press may have changed it.
  const change = async (base: readonly string[], wanted: readonly string[]): Promise<void> =>
    void (await edit(resource, latest.current, (now) => ({ [part]: mergeNames(base, wanted, now[part]) })));
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const base = asset[part];
    const added = text.split(",").map((each) => each.trim()).filter((each) => each && !base.includes(each));
    const done = added.length === 0 || await doing.run(`add ${text}`, () => change(base, [...base, ...added]));
    if (done && typed.current === text) type(""); // and not what was typed meanwhile
  };
  const remove = async (name: string): Promise<void> => {
    const base = asset[part];
    await doing.run(`remove ${name}`, () => change(base, base.filter((each) => each !== name)));
    input.current?.focus();
  };
  return (
    <div class="names">
      <ul aria-label={label}>
        {asset[part].map((each) => (
          <li key={each} class="chip">
            <a href={found(field, each)}>{each}</a>
            {allowed && <button class="off" aria-label={t("asset.remove_name", { name: each })} onClick={() => void remove(each)}><Icon of={X} size={12} /></button>}
          </li>
        ))}
        {asset[part].length === 0 && !allowed && <li class="quiet">{t("asset.none")}</li>}
      </ul>
      {allowed && (
        <form onSubmit={(event) => void submit(event)}>
          <Completed text={text} type={type} label={add} complete={complete} input={input} />
          <button class="button quiet" aria-label={add} disabled={text.trim() === ""}><Icon of={Plus} /></button>
        </form>
      )}
      <Failures of={doing} />
    </div>
  );
}

interface CompletedProps {
  readonly text: string;
  readonly label: string;
  readonly input: { current: HTMLInputElement | null };
  type(text: string): void;
  complete(beginning: string): Promise<readonly string[]>;
}

/** A field that the browser completes from the names that there are. */
function Completed({ text, label, input, type, complete }: CompletedProps) {
  const id = useId();
  const [offered, offer] = useState<readonly string[]>([]);
  const [near, come] = useState(false);
  useEffect(() => {
    if (!near) return;
    let wanted = true;
    // Completion is a help: where it can't be had, the name is typed in full.
    complete(text.trim()).then((names) => void (wanted && offer(names)), () => void (wanted && offer([])));
    return () => void (wanted = false);
  }, [text, near]);
  return (
    <>
      <input
        ref={input} value={text} list={id} maxLength={LONGEST} placeholder={label} aria-label={label} autocomplete="off"
        onFocus={() => come(true)} onInput={(event) => type(event.currentTarget.value)}
        onKeyDown={(event) => void (event.key === "Escape" && type(""))}
      />
      <datalist id={id}>{offered.map((each) => <option key={each} value={each} />)}</datalist>
    </>
  );
}
