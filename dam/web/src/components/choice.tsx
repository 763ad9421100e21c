// A labelled choice of one among a few, with its hint and what is wrong with it.
import { useId } from "preact/hooks";

interface Props {
  readonly label: string;
  readonly value: string;
  change(value: string): void;
  readonly options: readonly (readonly [value: string, says: string])[];
  readonly hint?: string | undefined;
  readonly wrong?: string | undefined;
}

export function Choice({ label, value, change, options, hint, wrong }: Props) {
  const id = useId();
  const told = wrong ?? hint;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => change(event.currentTarget.value)} aria-invalid={wrong ? "true" : undefined} aria-describedby={told ? `${id}-told` : undefined}>
        {options.map(([each, says]) => <option key={each} value={each} selected={each === value}>{says}</option>)}
      </select>
      {told && <p id={`${id}-told`} class={wrong ? "wrong" : "hint"}>{told}</p>}
    </div>
  );
}
