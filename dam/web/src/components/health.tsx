// Whether a channel's destination answers, in a word, an icon and a colour.
import { PlugZap, Unplug } from "lucide";
import { t } from "../lib/i18n";
import type { Channel } from "../state/places";
import { Icon } from "./icon";

export function Health({ of }: { of: Channel }) {
  return of.unreachable
    ? <span class="state needs"><Icon of={Unplug} />{t("places.away")}</span>
    : <span class="state"><Icon of={PlugZap} />{t("places.answers")}</span>;
}
