// A picture that holds its place: its dominant colour until it is there, so that nothing jumps; words where there is none.
import { useState } from "preact/hooks";

interface Props {
  readonly src: string | null;
  readonly width: number | null;
  readonly height: number | null;
  readonly colour: string | null;
  /** Empty where the picture only repeats what stands beside it. */
  readonly alt: string;
  /** What stands there where there is no picture, such as the file's ending. */
  readonly instead?: string;
  readonly eager?: boolean;
}

export function Picture({ src, width, height, colour, alt, instead, eager }: Props) {
  const [broken, setBroken] = useState<string | null>(null);
  const [there, setThere] = useState<string | null>(null);
  const shape = width && height ? `${width} / ${height}` : "4 / 3";
  return (
    <span class={colour !== null && there === src ? "picture there" : "picture"} style={{ aspectRatio: shape, "--colour": colour ?? undefined }}>
      {src && broken !== src
        ? <img src={src} alt={alt} loading={eager ? "eager" : "lazy"} decoding="async" draggable={false} onLoad={() => setThere(src)} onError={() => setBroken(src)} />
        : <span class="instead" {...(alt ? { role: "img", "aria-label": alt } : { "aria-hidden": "true" })}>{instead}</span>}
    </span>
  );
}
