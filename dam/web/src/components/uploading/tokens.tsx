// Several short names in one field, with completion: Enter or a comma takes what is typed, Backspace the last one away.
import { X } from "lucide";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { t } from "../../lib/i18n";
import { Icon } from "../icon";

interface Props {
  readonly label: string;
  readonly hint?: string;
  readonly values: readonly string[];
  change(values: readonly string[]): void;
  /** Names that begin so. */
  suggest(beginning: string, signal: AbortSignal): Promise<readonly string[]>;
}

const LONGEST = 100;
const PAUSE = 120;

export function Tokens({ label, hint, values, change, suggest }: Props) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState("");
  const suggestions = useSuggestions(text, suggest).filter((each) => !values.includes(each));
  const add = (given: string): void => {
    const name = given.trim();
    if (name && !values.includes(name)) change([...values, name]);
    setText("");
  };
  const typed = (value: string): void => {
    const parts = value.split(",");
    const last = parts.pop() ?? "";
    const names = parts.map((each) => each.trim()).filter(Boolean);
    if (names.length > 0) change([...new Set([...values, ...names])]);
    setText(last.trimStart());
  };
  const keyed = (event: KeyboardEvent): void => {
    if (event.key === "Enter" && text.trim()) {
      event.preventDefault();
      add(text);
    } else if (event.key === "Backspace" && text === "" && values.length > 0) change(values.slice(0, -1));
  };
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <div class="tokens" onClick={() => input.current?.focus()}>
        {values.map((each) => (
          <span class="chip" key={each}>
            {each}
            <button type="button" aria-label={t("upload.token_remove", { name: each })} onClick={() => change(values.filter((other) => other !== each))}><Icon of={X} size={12} /></button>
          </span>
        ))}
        <input
          ref={input} id={id} value={text} maxLength={LONGEST} list={`${id}-list`} autocomplete="off" aria-describedby={hint ? `${id}-hint` : undefined}
          onInput={(event) => typed(event.currentTarget.value)} onKeyDown={keyed} onBlur={() => add(text)}
        />
      </div>
      <datalist id={`${id}-list`}>{suggestions.map((each) => <option key={each} value={each} />)}</datalist>
      {hint && <p class="hint" id={`${id}-hint`}>{hint}</p>}
    </div>
  );
}

/** None where the service can't be asked: the field works without. */
function useSuggestions(text: string, suggest: Props["suggest"]): readonly string[] {
  const [found, setFound] = useState<readonly string[]>([]);
  const latest = useRef(suggest);
  latest.current = suggest;
  useEffect(() => {
    const ends = new AbortController();
    const timer = setTimeout(() => void latest.current(text.trim(), ends.signal).then((names) => ends.signal.aborted || setFound(names), () => {}), PAUSE);
    return () => (clearTimeout(timer), ends.abort());
  }, [text]);
  return found;
}
