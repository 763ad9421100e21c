// Every key that works here, as `?` lists them.
import { shortcuts } from "../lib/keys";
import { t } from "../lib/i18n";
import { Dialog } from "./dialog";

const shown = (key: string): string => (key === " " ? t("keys.space") : key.replace(/^Arrow/, ""));

export function Shortcuts({ onClose }: { onClose(): void }) {
  return (
    <Dialog title={t("keys.title")} onClose={onClose}>
      <dl class="shortcuts">
        {shortcuts().map((each) => (
          <div key={each.keys}>
            <dt>{(each.keys === " " ? [" "] : each.keys.split(" ")).map((key) => <kbd key={key}>{shown(key)}</kbd>)}</dt>
            <dd>{t(each.says)}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
