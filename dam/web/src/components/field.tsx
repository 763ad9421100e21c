// A labelled field with its hint and what is wrong with it.
import { useEffect, useId, useRef } from "preact/hooks";

interface Props {
  readonly label: string;
  readonly value: string;
  change(value: string): void;
  readonly hint?: string | undefined;
  readonly wrong?: string | undefined;
  readonly type?: "text" | "password" | "url" | "number" | "date";
  readonly autocomplete?: string;
  readonly required?: boolean;
  readonly readOnly?: boolean;
  readonly autoFocus?: boolean;
  readonly minLength?: number | undefined;
  readonly maxLength?: number;
  readonly placeholder?: string;
  readonly step?: string;
  readonly list?: string;
}

export function Field({ label, value, change, hint, wrong, autoFocus, ...rest }: Props) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => void (autoFocus && input.current?.focus()), []);
  const told = wrong ?? hint;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        ref={input} {...(rest as object)} id={id} value={value} onInput={(event) => change(event.currentTarget.value)}
        aria-invalid={wrong ? "true" : undefined} aria-describedby={told ? `${id}-told` : undefined}
      />
      {told && <p id={`${id}-told`} class={wrong ? "wrong" : "hint"}>{told}</p>}
    </div>
  );
}
