// A film to be gone through by its pictures: the one of the moment under the pointer, or at which the slider stands.
import { useEffect, useState } from "preact/hooks";
import type { RefObject } from "preact";
import { written } from "../../api/client";
import { cueAt, parsed, type Cue } from "../../lib/cues";
import { duration, t } from "../../lib/i18n";
import type { Rendition, Version } from "../../state/looks";
import { useResource } from "../../state/resource";

const SHEET = "sprite-160";

const ready = (version: Version, recipe: string): Rendition | undefined =>
  version.renditions.find((each) => each.recipe === recipe && each.state === "ready");

export function Seek({ version, video }: { version: Version; video: RefObject<HTMLVideoElement | null> }) {
  const [sheet, index] = [ready(version, SHEET)?.url, ready(version, `${SHEET}-index`)?.url];
  const cues = useResource(sheet && index ? index : null, (signal) => written(index ?? "", signal).then(parsed)).data ?? [];
  const [moment, setMoment] = useState(0);
  const [pointed, point] = useState<number | null>(null);
  const [focused, setFocused] = useState(false);
  const end = cues.at(-1)?.end;
  useEffect(() => {
    const film = video.current;
    const moved = (): void => setMoment(film?.currentTime ?? 0);
    film?.addEventListener("timeupdate", moved);
    return () => film?.removeEventListener("timeupdate", moved);
  }, [video]);
  if (!sheet || end === undefined) return null;
  const go = (to: number): void => {
    setMoment(to);
    if (video.current) video.current.currentTime = to;
  };
  const under = (event: PointerEvent): number => {
    const at = (event.currentTarget as Element).getBoundingClientRect();
    return Math.min(1, Math.max(0, (event.clientX - at.x) / at.width)) * end;
  };
  const shown = pointed ?? (focused ? moment : null);
  return (
    <div class="seek">
      {shown !== null && <Moment of={cueAt(cues, shown)} sheet={sheet} at={shown} end={end} />}
      <input
        type="range" min={0} max={end} step={end / 100} value={moment} aria-label={t("asset.seek")} aria-valuetext={duration(moment)}
        onInput={(event) => go(event.currentTarget.valueAsNumber)} onPointerMove={(event) => point(under(event))} onPointerLeave={() => point(null)}
        onFocus={() => setFocused(true)} onBlur={() => setFocused(false)}
      />
    </div>
  );
}

function Moment({ of: cue, sheet, at, end }: { of: Cue | undefined; sheet: string; at: number; end: number }) {
  if (!cue) return null;
  const picture = {
    width: `${cue.width}px`, height: `${cue.height}px`, backgroundImage: `url("${sheet}")`, backgroundPosition: `-${cue.x}px -${cue.y}px`,
  };
  return (
    <span class="moment" aria-hidden="true" style={{ insetInlineStart: `${(at / end) * 100}%` }}>
      <span style={picture} />
      {duration(at)}
    </span>
  );
}
