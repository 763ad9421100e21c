// Channels: which there are and whether they answer; a new one. `?new` in the address opens the form.
import { Plus } from "lucide";
import { kindWord } from "../components/channel-form";
import { Health } from "../components/health";
import { Icon } from "../components/icon";
import { NewChannel } from "../components/new-channel";
import { Problem } from "../components/problem";
import { reason } from "../components/place-words";
import { Time } from "../components/time";
import { t } from "../lib/i18n";
import { go, place, withQuery } from "../lib/route";
import { useTitle } from "../lib/title";
import { channels as ask, type Channel } from "../state/places";
import { useResource } from "../state/resource";
import { may } from "../state/session";
import "./places.css";

export default function Channels() {
  useTitle(t("places.channels"));
  const channels = useResource("channels", (signal) => ask(signal), (event) => event.type.startsWith("channel."));
  const adding = place.value.query.has("new") && may("manager");
  const rows = channels.data?.data ?? [];
  return (
    <div class="page">
      <header class="row spread">
        <h1>{t("places.channels")}</h1>
        {may("manager") && !adding && <a class="button primary" href={withQuery({ new: "1" })}><Icon of={Plus} />{t("places.new_channel")}</a>}
      </header>
      {adding && <NewChannel cancel={() => go(withQuery({ new: null }), { replace: true })} />}
      {channels.error !== undefined && <Problem error={channels.error} retry={() => void channels.reload()} />}
      {channels.data && rows.length === 0 && <p class="explained">{t("places.channel_explained")}</p>}
      <ul class="entries">{rows.map((each) => <Line key={each.id} channel={each} />)}</ul>
    </div>
  );
}

function Line({ channel }: { channel: Channel }) {
  return (
    <li>
      <span class="name">
        <a href={`/channels/${channel.id}`}>{channel.name}</a>
        <span class="quiet">{kindWord(channel.kind)} {whereTo(channel)}</span>
        {channel.unreachable && <span>{reason(channel.unreachable)}</span>}
      </span>
      <span class="quiet">{channel.checked_at ? <>{t("places.checked")} <Time at={channel.checked_at} /></> : t("places.checked_never")}</span>
      <Health of={channel} />
    </li>
  );
}

/** The part of the configuration by which people know a destination. */
const whereTo = ({ config }: Channel): string => String(config["path"] ?? config["bucket"] ?? config["endpoint"] ?? config["url"] ?? "");
