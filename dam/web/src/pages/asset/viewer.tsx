// What the version looks like: the largest rendition, to be looked at closely; film and sound to be played; or why there
// is nothing to see.
import type { ComponentChildren } from "preact";
import { Pause, Play } from "lucide";
import { useEffect, useRef, useState } from "preact/hooks";
import { Icon } from "../../components/icon";
import { Pane, placed, StageTools, useViewing } from "../../components/stage";
import { maybe, number, t } from "../../lib/i18n";
import { canvas } from "../../state/canvas";
import { colour, largest, moving, pictureSize, renditionsOf, smallest, toPlay, type Rendition, type Version } from "../../state/looks";
import { Leaf } from "./leaf";
import { Measures } from "./measures";
import { NoPreview } from "./no-preview";
import { Seek } from "./seek";

interface Props {
  readonly version: Version;
  readonly title: string;
  /** What stands before the tools, such as the way back. */
  readonly before: ComponentChildren;
  changed(): void;
}

export function Viewer({ version, title, before, changed }: Props) {
  const film = renditionsOf(version, "video")[0];
  const sound = renditionsOf(version, "audio")[0];
  const picture = largest(version);
  if (film || sound) return <Playable {...{ version, title, before }} film={film} sound={sound} />;
  if (!picture) {
    return (
      <>
        <div class="stage-bar">{before}</div>
        <div class={`pane canvas-${canvas.value} no-picture`}><NoPreview version={version} changed={changed} /></div>
      </>
    );
  }
  const Shown = version.pages === null ? Look : Leaf;
  return <Shown key={`${picture.width}x${picture.height}`} {...{ version, title, before, picture, changed }} />;
}

interface LookProps extends Props {
  readonly picture: Rendition;
}

function Look({ version, title, before, picture, changed }: LookProps) {
  const own = pictureSize(version, picture);
  const size = { width: own.width / devicePixelRatio, height: own.height / devicePixelRatio };
  const viewing = useViewing(size);
  const small = smallest(version);
  const alive = moving(version)?.url ?? null;
  const [playing, play] = useState(false);
  const where = placed(viewing.view, size);
  const alt = t("asset.picture_of", { title, number: version.number });
  return (
    <>
      <div class="stage-bar">{before}{alive && <button class="button quiet" aria-pressed={playing} onClick={() => play(!playing)}><Icon of={playing ? Pause : Play} />{t(playing ? "asset.stop" : "asset.play")}</button>}<StageTools viewing={viewing} /><Measures version={version} picture={picture} /></div>
      <NotPlayed version={version} changed={changed} />
      <Pane viewing={viewing} label={t("asset.pane")}>
        <span class="layer" style={{ ...where, backgroundColor: colour(version) ?? undefined }} />
        {small?.url && small !== picture && <img class="layer" key={small.url} src={small.url} alt="" style={where} draggable={false} />}
        <img class="layer" key={picture.url ?? ""} src={(playing && alive) || (picture.url ?? "")} alt={alt} style={where} draggable={false} />
      </Pane>
    </>
  );
}

/** Why a film or a sound can't be played: not yet, or not at all. */
function NotPlayed({ version, changed }: { version: Version; changed(): void }) {
  const made = toPlay(version);
  if (made?.state === "pending") return <BeingMade progress={made.progress} changed={changed} />;
  if (made?.state !== "failed" || !made.reason) return null;
  return <p class="not-played" role="status"><b>{t("asset.play_failed")}</b> {maybe(`asset.reason.${made.reason.code}`) ?? made.reason.detail}</p>;
}

const WATCHED = 2000; // ms; how far it is has no event of its own

function BeingMade({ progress, changed }: { progress: number | null; changed(): void }) {
  const latest = useRef(changed);
  latest.current = changed;
  useEffect(() => {
    const watch = setInterval(() => document.visibilityState === "visible" && latest.current(), WATCHED);
    return () => clearInterval(watch);
  }, []);
  return (
    <div class="not-played quiet">
      <p role="status">{t("asset.play_pending")}</p>
      {progress !== null && (
        <p><progress value={progress} aria-label={t("asset.play_progress")} /> {t("asset.percent", { percent: number(Math.floor(progress * 100)) })}</p>
      )}
    </div>
  );
}

interface PlayableProps extends Omit<Props, "changed"> {
  readonly film: Rendition | undefined;
  readonly sound: Rendition | undefined;
}

function Playable({ version, title, before, film, sound }: PlayableProps) {
  const video = useRef<HTMLVideoElement>(null);
  const poster = largest(version)?.url;
  const label = t("asset.picture_of", { title, number: version.number });
  return (
    <>
      <div class="stage-bar">{before}</div>
      <div class={`pane canvas-${canvas.value} player`}>
        {film?.url
          ? <><video ref={video} key={film.url} src={film.url} controls preload="metadata" aria-label={label} {...(poster ? { poster } : {})} /><Seek version={version} video={video} /></>
          : <>{poster && <img src={poster} alt="" />}{sound?.url && <audio key={sound.url} src={sound.url} controls preload="metadata" aria-label={label} />}</>}
      </div>
    </>
  );
}
