// Whether the service is well: each thing that it needs, and why not where it is not.
import { CircleCheck, CircleX } from "lucide";
import { type Schemas } from "../../api/client";
import { Icon } from "../../components/icon";
import { Problem } from "../../components/problem";
import { maybe, t } from "../../lib/i18n";
import { useEffect } from "preact/hooks";
import { useResource } from "../../state/resource";

type Check = Schemas["Checked"];

const EVERY = 10_000;

/** Not ready is an answer too, with the same checks in it. */
async function ask(signal: AbortSignal): Promise<readonly Check[]> {
  const answer = await fetch("/readyz", { signal });
  const body = (await answer.json()) as { checks?: readonly Check[] };
  return body.checks ?? [];
}

export function Health() {
  const found = useResource("health", ask);
  useEffect(() => {
    const timer = setInterval(() => void (document.hidden || found.reload()), EVERY);
    return () => clearInterval(timer);
  }, [found.reload]);
  if (found.error !== undefined) return <Problem error={found.error} retry={() => void found.reload()} />;
  return (
    <>
      {found.data && <p>{t(found.data.every((each) => each.ok) ? "settings.all_well" : "settings.not_well")}</p>}
      <ul class="lines">
        {found.data?.map((each) => (
          <li key={each.name}>
            <span class="name"><b>{maybe(`settings.check.${each.name}`) ?? each.name}</b></span>
            {each.ok
              ? <span class="state"><Icon of={CircleCheck} />{t("settings.well")}</span>
              : <span class="state needs"><Icon of={CircleX} />{each.reason?.detail} <code>{each.reason?.code}</code></span>}
          </li>
        ))}
      </ul>
    </>
  );
}
