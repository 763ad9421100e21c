// A dialog of the browser's own: it keeps the focus, Escape closes it, and the focus returns to where it was.
import { X } from "lucide";
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { t } from "../lib/i18n";
import { Icon } from "./icon";

interface Props {
  readonly title: string;
  onClose(): void;
  readonly children: ComponentChildren;
  /** What is at the foot: buttons, the main one last. */
  readonly foot?: ComponentChildren;
  readonly wide?: boolean;
  /** Nothing but what is in it closes it. */
  readonly stays?: boolean;
}

export function Dialog({ title, onClose, children, foot, wide, stays }: Props) {
  const element = useRef<HTMLDialogElement>(null);
  const name = useId();
  useEffect(() => {
    const before = document.activeElement;
    const dialog = element.current!;
    dialog.showModal();
    return () => {
      dialog.close();
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={element} class={wide ? "dialog wide" : "dialog"} aria-labelledby={name}
      onCancel={(event) => (event.preventDefault(), stays || onClose())}
    >
      <header>
        <h2 id={name}>{title}</h2>
        {!stays && <button class="button quiet" aria-label={t("action.close")} onClick={onClose}><Icon of={X} /></button>}
      </header>
      <div class="body">{children}</div>
      {foot && <footer>{foot}</footer>}
    </dialog>
  );
}
