// A button that copies a text, and says so. Where the browser keeps its clipboard to itself (no TLS), it copies as of old.
import { Check, Copy as CopyIcon } from "lucide";
import { useState } from "preact/hooks";
import { t } from "../lib/i18n";
import { Icon } from "./icon";

export function Copy({ text, label }: { text: string; label: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await copyText(text);
    setCopied(true);
  };
  return (
    <button class="button quiet copy" aria-label={label} title={label} onClick={() => void copy()} onBlur={() => setCopied(false)}>
      <Icon of={copied ? Check : CopyIcon} />
      <span role="status" class={copied ? "" : "visually-hidden"}>{copied ? t("secret.copied") : ""}</span>
    </button>
  );
}

/** Put it on the clipboard, in whatever way the browser lets the page. */
export async function copyText(text: string): Promise<void> {
  if (navigator.clipboard) await navigator.clipboard.writeText(text);
  else copySelected(text);
}

function copySelected(text: string): void {
  const field = document.createElement("textarea");
  field.value = text;
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
}
