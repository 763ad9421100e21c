// A text that is edited where it stands: Enter saves, Escape reverts; a conflict shows both and lets the person pick.
import { Check, Pencil } from "lucide";
import { useEffect, useId, useRef } from "preact/hooks";
import type { ComponentChildren } from "preact";
import { Refusal } from "../../api/client";
import { Icon } from "../../components/icon";
import { sentence } from "../../components/problem";
import { t } from "../../lib/i18n";
import type { Editing } from "./editing";

interface Props {
  readonly label: string;
  readonly editing: Editing;
  readonly allowed: boolean;
  /** How it looks while it is only shown. */
  readonly children: ComponentChildren;
  readonly lines?: boolean;
  readonly longest: number;
  /** Further buttons while it is edited. */
  readonly more?: ComponentChildren;
}

export function EditableText(props: Props) {
  const { editing, allowed, label, children } = props;
  const pencil = useRef<HTMLButtonElement>(null);
  const open = editing.value !== null;
  const before = useRef(open);
  useEffect(() => {
    if (before.current && !open) pencil.current?.focus();
    before.current = open;
  }, [open]);
  if (open) return <Open {...props} />;
  const press = (): void => void (allowed && getSelection()?.isCollapsed !== false && editing.begin());
  return (
    <div class={allowed ? "editable" : "editable fixed"} onClick={press}>
      <div class="shown">{children}</div>
      {allowed && (
        <button ref={pencil} class="button quiet pencil" aria-label={t("asset.edit_part", { part: label })} onClick={(event) => (event.stopPropagation(), editing.begin())}>
          <Icon of={Pencil} />
        </button>
      )}
    </div>
  );
}

/** What is wrong with it, as the service says it of this field, or else of all. */
function told(wrong: unknown): string | null {
  if (wrong === undefined) return null;
  if (wrong instanceof Refusal && wrong.errors.length > 0) return wrong.errors.map((each) => each.detail).join(" ");
  return sentence(wrong);
}

function Open({ label, editing, lines, longest, more }: Props) {
  const id = useId();
  const field = useRef<HTMLInputElement & HTMLTextAreaElement>(null);
  const wrong = told(editing.wrong);
  useEffect(() => void (editing.begun > 0 && field.current?.focus()), [editing.begun]);
  const key = (event: KeyboardEvent): void => {
    if (event.isComposing) return;
    if (event.key === "Escape") (event.preventDefault(), editing.revert());
    if (event.key === "Enter" && !event.shiftKey) (event.preventDefault(), editing.theirs === null && void editing.save());
  };
  const common = {
    ref: field, id, value: editing.value ?? "", maxLength: longest, onKeyDown: key, "aria-invalid": wrong ? ("true" as const) : undefined,
    "aria-describedby": `${id}-told`, onInput: (event: { currentTarget: { value: string } }) => editing.type(event.currentTarget.value),
  };
  return (
    <div class="editing">
      <label for={id} class="visually-hidden">{label}</label>
      {lines ? <textarea {...common} /> : <input {...common} />}
      <p id={`${id}-told`} class={wrong ? "wrong" : "hint"}>{wrong ?? t(lines ? "asset.edit_hint_lines" : "asset.edit_hint")}</p>
      {editing.theirs === null
        ? (
          <div class="row">
            <button class="button primary" aria-disabled={editing.busy || undefined} onClick={() => void editing.save()}><Icon of={Check} />{t("action.save")}</button>
            <button class="button" onClick={editing.revert}>{t("asset.revert")}</button>
            {more}
          </div>
        )
        : <Choice label={label} editing={editing} theirs={editing.theirs} />}
    </div>
  );
}

/** Both are there to be seen; one press picks. */
function Choice({ label, editing, theirs }: { label: string; editing: Editing; theirs: string }) {
  return (
    <div class="choice" role="alert">
      <p>{t("asset.conflict", { part: label })}</p>
      <div class="both">
        <section><b>{t("asset.mine")}</b><p class="text">{editing.value || t("asset.emptied")}</p>
          <button class="button" aria-disabled={editing.busy || undefined} onClick={() => void editing.keepMine()}>{t("asset.keep_mine")}</button></section>
        <section><b>{t("asset.theirs")}</b><p class="text">{theirs || t("asset.emptied")}</p>
          <button class="button" onClick={editing.takeTheirs}>{t("asset.take_theirs")}</button></section>
      </div>
    </div>
  );
}
