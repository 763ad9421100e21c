// A part of what is told of an asset, under its own heading.
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

export function Part({ name, children }: { name: string; children: ComponentChildren }) {
  const id = useId();
  return <section class="part" aria-labelledby={id}><h2 id={id}>{name}</h2>{children}</section>;
}
