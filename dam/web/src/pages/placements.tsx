// Is anything wrong anywhere? Every placement, the worst first.
import { Board } from "../components/board";
import { t } from "../lib/i18n";
import { useTitle } from "../lib/title";
import { channels as ask } from "../state/places";
import { useResource } from "../state/resource";
import { may } from "../state/session";
import { NewChannel } from "../components/new-channel";
import "./places.css";

export default function Placements() {
  useTitle(t("nav.placements"));
  return (
    <div class="page">
      <header class="row spread"><h1>{t("nav.placements")}</h1><a class="button" href="/channels">{t("places.channels")}</a></header>
      <Board none={<Empty />} />
    </div>
  );
}

/** Nothing is placed: what a channel is, and the way to the first one. */
function Empty() {
  const channels = useResource("channels", (signal) => ask(signal));
  if (!channels.data) return null;
  const some = channels.data.data.length > 0;
  return (
    <div class="stack">
      <p class="explained"><b>{t("places.empty_board")}</b> {t("places.channel_explained")}</p>
      {some && <p>{t("places.empty_board_place")} <a href="/">{t("nav.to_library")}</a></p>}
      {!some && may("manager") && <NewChannel />}
    </div>
  );
}
