// The form for a new channel, wherever it is opened; it leads to the channel.
import { t } from "../lib/i18n";
import { go } from "../lib/route";
import { kinds as askKinds } from "../state/places";
import { useResource } from "../state/resource";
import { ChannelForm } from "./channel-form";
import { Problem } from "./problem";

export function NewChannel({ cancel }: { cancel?: () => void }) {
  const kinds = useResource("kinds", (signal) => askKinds(signal));
  if (kinds.error !== undefined) return <Problem error={kinds.error} retry={() => void kinds.reload()} />;
  if (!kinds.data) return null;
  return (
    <section class="panel">
      <h2>{t("places.new_channel")}</h2>
      <ChannelForm kinds={kinds.data.data} done={(made) => go(`/channels/${made.id}`)} cancel={cancel} />
    </section>
  );
}
