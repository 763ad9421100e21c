// What of the picture has to be seen, however it is cut for a place: pressed on the picture, or moved by the arrow keys.
// Nothing that is live changes by it: the next movement of a place takes it along.
import { Undo2 } from "lucide";
import { Icon } from "../../components/icon";
import { Failures } from "../../components/problem";
import { useDoing } from "../../lib/doing";
import { CENTRE, moved, pressed, type Point } from "../../lib/focal";
import { number, t } from "../../lib/i18n";
import { edit, type Asset } from "../../state/asset";
import type { Resource } from "../../state/resource";

export function FocalPoint({ resource, asset, picture }: { resource: Resource<Asset>; asset: Asset; picture: string }) {
  const doing = useDoing();
  const point = asset.focal_point ?? CENTRE;
  const save = (focal_point: Point | null): void => void doing.run("focal", () => edit(resource, resource.data ?? asset, () => ({ focal_point })));
  const key = (event: KeyboardEvent): void => {
    const next = moved(point, event.key);
    if (!next) return;
    event.preventDefault();
    if (!doing.busy()) save(next);
  };
  const says = asset.focal_point ? t("asset.focal_at", { x: number(Math.round(point.x * 100)), y: number(Math.round(point.y * 100)) }) : t("asset.focal_none");
  return (
    <>
      <p class="quiet small">{t("asset.focal_says")}</p>
      <button
        class="focal" aria-label={`${t("asset.focal_set")}: ${says}`} {...doing.mark("focal")} onKeyDown={key}
        onClick={(event) => event.detail > 0 && save(pressed(event, event.currentTarget.getBoundingClientRect()))}
      >
        <img src={picture} alt="" draggable={false} />
        <span class="point" style={{ left: `${point.x * 100}%`, top: `${point.y * 100}%` }} />
      </button>
      <p class="small" aria-live="polite">{says}</p>
      {asset.focal_point && <div><button class="button" {...doing.press("focal", () => edit(resource, resource.data ?? asset, () => ({ focal_point: null })))}><Icon of={Undo2} />{t("asset.focal_clear")}</button></div>}
      <Failures of={doing} />
    </>
  );
}
