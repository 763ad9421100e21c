// The four ways of looking at two versions: beside each other, one wiped over the other, one through the other, and what
// differs. All share one view.
import { useEffect, useState } from "preact/hooks";
import { Pane, placed, type Viewing } from "../../components/stage";
import { number, t } from "../../lib/i18n";
import { differing } from "../../lib/pixels";
import type { Rect, Size } from "../../lib/zoom";
import type { Version } from "../../state/asset";

export const MODES = ["side", "swipe", "onion", "difference"] as const;
export type Mode = (typeof MODES)[number];

export interface Shown {
  readonly version: Version;
  readonly url: string;
  readonly size: Size;
  /** Where it lies on the frame that both share. */
  readonly at: Rect;
}

interface Props {
  readonly title: string;
  readonly viewing: Viewing;
  readonly frame: Size;
  readonly a: Shown;
  readonly b: Shown;
}

export function Modes({ mode, ...props }: Props & { mode: Mode }) {
  if (mode === "swipe") return <Swipe {...props} />;
  if (mode === "onion") return <Onion {...props} />;
  if (mode === "difference") return <Difference {...props} />;
  return <Side {...props} />;
}

function Layer({ of, title, viewing, frame, class: name }: { of: Shown; title: string; viewing: Viewing; frame: Size; class?: string }) {
  return (
    <img
      class={name ? `layer ${name}` : "layer"} key={of.url} src={of.url} draggable={false} style={placed(viewing.view, frame, of.at)}
      alt={t("asset.picture_of", { title, number: of.version.number })}
    />
  );
}

const label = (of: Shown): string => t("asset.version", { number: of.version.number });

function Side({ a, b, ...rest }: Props) {
  return (
    <div class="pictures side-by-side">
      {[a, b].map((each, index) => (
        <figure key={index}>
          <Pane viewing={rest.viewing} label={`${label(each)}. ${t("asset.pane")}`}><Layer of={each} {...rest} /></Pane>
          <figcaption>{label(each)}</figcaption>
        </figure>
      ))}
    </div>
  );
}

function Swipe({ a, b, ...rest }: Props) {
  const [at, setAt] = useState(50);
  return (
    <div class="pictures">
      <Pane viewing={rest.viewing} label={t("asset.pane")}>
        <div class="wiped" style={{ clipPath: `inset(0 ${100 - at}% 0 0)` }}><Layer of={a} {...rest} /></div>
        <div class="wiped" style={{ clipPath: `inset(0 0 0 ${at}%)` }}><Layer of={b} {...rest} /></div>
        <Divider at={at} set={setAt} />
      </Pane>
      <Slider label={t("asset.compare.at")} value={at} set={setAt} ends={[label(a), label(b)]} />
    </div>
  );
}

/** The line between them, to be dragged; the slider below is its twin for the keyboard. */
function Divider({ at, set }: { at: number; set(at: number): void }) {
  const drag = (event: PointerEvent): void => {
    const line = event.currentTarget as HTMLElement;
    const pane = line.parentElement?.getBoundingClientRect();
    if (!pane || !line.hasPointerCapture(event.pointerId)) return;
    set(Math.min(100, Math.max(0, ((event.clientX - pane.x) / pane.width) * 100)));
  };
  return (
    <span
      class="divider" data-handle style={{ insetInlineStart: `${at}%` }} onPointerMove={drag}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
    />
  );
}

function Onion({ a, b, ...rest }: Props) {
  const [opacity, setOpacity] = useState(50);
  return (
    <div class="pictures">
      <Pane viewing={rest.viewing} label={t("asset.pane")}>
        <Layer of={a} {...rest} />
        <div class="wiped" style={{ opacity: opacity / 100 }}><Layer of={b} {...rest} /></div>
      </Pane>
      <Slider label={t("asset.compare.opacity", { number: b.version.number })} value={opacity} set={setOpacity} ends={[label(a), label(b)]} />
    </div>
  );
}

function Slider({ label: name, value, set, ends }: { label: string; value: number; set(value: number): void; ends: readonly [string, string] }) {
  return (
    <div class="slider">
      <span>{ends[0]}</span>
      <input type="range" min="0" max="100" value={value} aria-label={name} onInput={(event) => set(Number(event.currentTarget.value))} />
      <span>{ends[1]}</span>
    </div>
  );
}

function Difference({ a, b, ...rest }: Props) {
  const [amplified, amplify] = useState(false);
  const share = useShare(a, b, rest.frame);
  return (
    <div class="pictures">
      <Pane viewing={rest.viewing} label={t("asset.pane")}>
        <div class={amplified ? "subtracted amplified" : "subtracted"}><Layer of={a} {...rest} /><Layer of={b} {...rest} class="over" /></div>
      </Pane>
      <div class="slider">
        <label class="row"><input type="checkbox" checked={amplified} onChange={(event) => amplify(event.currentTarget.checked)} />{t("asset.compare.amplify")}</label>
        <span role="status">{said(a, b, share)}</span>
      </div>
    </div>
  );
}

function said(a: Shown, b: Shown, share: number | null): string {
  if (a.version.sha256 === b.version.sha256) return t("asset.compare.same_bytes");
  if (share === null) return "";
  if (share === 0) return t("asset.compare.same_look");
  const percent = share < 0.001 ? `< ${number(0.1)}` : number(Math.round(share * 1000) / 10);
  return t("asset.compare.differs", { percent: t("asset.percent", { percent }) });
}

const MEASURED = 512;

/** How much of the frame differs, measured on small copies; null until it is known. */
function useShare(a: Shown, b: Shown, frame: Size): number | null {
  const [share, setShare] = useState<number | null>(null);
  useEffect(() => {
    let wanted = true;
    setShare(null);
    Promise.all([drawn(a, frame), drawn(b, frame)]).then(
      ([one, other]) => void (wanted && setShare(differing(one, other))),
      () => {}, // a picture that can't be loaded is seen to be missing; nothing is claimed of it
    );
    return () => void (wanted = false);
  }, [a.url, b.url]);
  return share;
}

async function drawn(of: Shown, frame: Size): Promise<Uint8ClampedArray> {
  const picture = new Image();
  picture.src = of.url;
  await picture.decode();
  const scale = MEASURED / Math.max(frame.width, frame.height);
  const [width, height] = [Math.max(1, Math.round(frame.width * scale)), Math.max(1, Math.round(frame.height * scale))];
  const context = new OffscreenCanvas(width, height).getContext("2d");
  if (!context) throw new Error("no canvas");
  context.drawImage(picture, of.at.x * scale, of.at.y * scale, of.at.width * scale, of.at.height * scale);
  return context.getImageData(0, 0, width, height).data;
}
