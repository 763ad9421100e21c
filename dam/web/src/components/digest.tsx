// A digest: its beginning, and all of it when pressed.
import { useState } from "preact/hooks";
import { t } from "../lib/i18n";

const SHORT = 12;

export function Digest({ of }: { of: string }) {
  const [whole, setWhole] = useState(false);
  return (
    <button class="digest" type="button" aria-expanded={whole} title={t(whole ? "places.digest_less" : "places.digest_more")} onClick={() => setWhole(!whole)}>
      <code>{whole ? of : `${of.slice(0, SHORT)}…`}</code>
    </button>
  );
}
