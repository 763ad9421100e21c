// A button that opens a list of further actions; Escape, a choice or a press elsewhere closes it.
import { ChevronDown, type IconNode } from "lucide";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Icon } from "./icon";

export function Menu({ says, icon, children }: { says: string; icon?: IconNode; children: ComponentChildren }) {
  const element = useRef<HTMLDetailsElement>(null);
  const close = (): void => element.current?.removeAttribute("open");
  useEffect(() => {
    const elsewhere = (event: Event): void => void (element.current?.contains(event.target as Node) || close());
    addEventListener("pointerdown", elsewhere);
    addEventListener("focusin", elsewhere);
    return () => (removeEventListener("pointerdown", elsewhere), removeEventListener("focusin", elsewhere));
  }, []);
  const escape = (event: KeyboardEvent): void => {
    if (event.key !== "Escape" || !element.current?.open) return;
    event.preventDefault();
    close();
    element.current.querySelector("summary")?.focus();
  };
  return (
    <details class="menu" ref={element} onKeyDown={escape}>
      <summary class="button">{icon && <Icon of={icon} />}{says}<Icon of={ChevronDown} /></summary>
      <div class="choices" onClick={close}>{children}</div>
    </details>
  );
}
