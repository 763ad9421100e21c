// Other assets that look like this one's latest version: near duplicates, cuts, gradings. Nothing where there are none.
import { api, asked } from "../../api/client";
import { Picture } from "../../components/picture";
import { t } from "../../lib/i18n";
import type { Asset } from "../../state/asset";
import type { Event } from "../../state/live";
import { useResource } from "../../state/resource";
import { Part } from "./part";

export function Similar({ asset }: { asset: Asset }) {
  const shown = asset.latest?.sha256 ?? null;
  const load = (signal: AbortSignal) =>
    asked(api.GET("/api/v1/assets/{asset_id}/similar", { params: { path: { asset_id: asset.id } }, signal }));
  // Its look is known once it was rendered.
  const rendered = (event: Event): boolean => event.type === "version.rendered" && event.asset_id === asset.id;
  const found = useResource(shown && `similar ${asset.id} ${shown}`, load, rendered);
  if (!found.data?.data.length) return null;
  return (
    <Part name={t("asset.similar")}>
      <ul class="similar">
        {found.data.data.map(({ asset: other }) => (
          <li key={other.id}>
            <a href={`/assets/${other.id}`} title={other.title}>
              <Picture src={other.latest?.thumbnail ?? null} width={1} height={1} colour={other.latest?.colour ?? null} alt={other.title} />
            </a>
          </li>
        ))}
      </ul>
      <p class="small"><a href={`/?q=${encodeURIComponent(`like:${asset.id}`)}`}>{t("asset.similar_found")}</a></p>
    </Part>
  );
}
