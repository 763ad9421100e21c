// Icons: one set, 16 px, stroke 1.5. An icon beside a word is decoration; one that stands alone gets a `label`.
import type { IconNode } from "lucide";
import { h } from "preact";

export function Icon({ of, label, size = 16 }: { of: IconNode; label?: string; size?: number }) {
  return (
    <svg
      class="icon" width={size} height={size} viewBox="0 0 24 24" fill="none" stroke="currentColor"
      stroke-width={24 / size > 1.5 ? 2.25 : 1.5} stroke-linecap="round" stroke-linejoin="round"
      {...(label ? { role: "img", "aria-label": label } : { "aria-hidden": "true" })}
    >
      {of.map(([tag, attributes], index) => h(tag, { key: index, ...attributes }))}
    </svg>
  );
}
