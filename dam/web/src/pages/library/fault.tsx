// The mark under a word of the query: a layer behind the field that repeats its text unseen, scrolled as the field is.
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";

/** From which character to behind which. */
export type Place = readonly [number, number];

export function Fault({ text, input, place }: { text: string; input: RefObject<HTMLInputElement | null>; place: Place | null }) {
  const layer = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    const field = input.current;
    if (!place || !field) return;
    const follow = (): void => void (layer.current && (layer.current.scrollLeft = field.scrollLeft));
    follow();
    field.addEventListener("scroll", follow);
    return () => field.removeEventListener("scroll", follow);
  }, [place, text]);
  if (!place) return null;
  const [from, to] = place;
  return (
    <span ref={layer} class="mark-layer" aria-hidden="true">
      {text.slice(0, from)}<mark>{text.slice(from, to) || " "}</mark>{text.slice(to)}
    </span>
  );
}
