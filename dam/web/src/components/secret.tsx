// Something that is shown once: whoever closes it has to have taken it.
import { Check, Copy } from "lucide";
import { useState } from "preact/hooks";
import { t } from "../lib/i18n";
import { copyText } from "./copy";
import { Dialog } from "./dialog";
import { Icon } from "./icon";

export function Secret({ title, says, secret, onClose }: { title: string; says: string; secret: string; onClose(): void }) {
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await copyText(secret);
    setCopied(true);
  };
  return (
    <Dialog title={title} onClose={onClose} stays foot={<button class="button primary" onClick={onClose}>{t("secret.taken")}</button>}>
      <p>{says}</p>
      <div class="row">
        <code class="secret" tabIndex={0}>{secret}</code>
        <button class="button" onClick={() => void copy()}>
          <Icon of={copied ? Check : Copy} />{t(copied ? "secret.copied" : "secret.copy")}
        </button>
      </div>
    </Dialog>
  );
}
