// Which asset lies open in the quick look: the address says so, so that reload, back and a shared link open it too.
import { useEffect, useState } from "preact/hooks";
import { go, place, withQuery } from "../../lib/route";
import { assetOf, type Asset, type Results } from "./results";

interface Opened {
  readonly looked?: boolean;
}

export function useLook(results: Results | null) {
  const id = place.value.query.get("look");
  const assets = results?.assets.value ?? [];
  const at = id === null ? -1 : assets.findIndex((each) => each.id === id);
  const [alone, setAlone] = useState<Asset | null>(null);
  const elsewhere = id !== null && at < 0 && results !== null;
  useEffect(() => {
    if (!elsewhere || !id) return;
    let wanted = true;
    void assetOf(id).then((found) => wanted && setAlone(found));
    return () => void (wanted = false);
  }, [id, elsewhere]);
  const asset = assets[at] ?? (elsewhere && alone?.id === id ? alone : null);
  return {
    asset: id === null ? null : asset,
    place: at < 0 || !results ? null : { at: at + 1, of: results.total.value },
    open(opened: Asset): void {
      if (results) results.active.value = opened.id;
      open(opened);
    },
    close,
    step(by: 1 | -1): void {
      const next = assets[at + by];
      if (!next || !results) return;
      results.active.value = next.id;
      go(withQuery({ look: next.id }), { replace: true });
      if (at + by + 12 > assets.length) void results.more();
    },
  };
}

function open(asset: Asset): void {
  const scroll = scrollY;
  go(withQuery({ look: asset.id }));
  history.replaceState({ looked: true, scroll: Math.round(scroll) }, "");
}

/** Back to where it was opened; where the address was come to as it is, only the quick look leaves it. */
function close(): void {
  if ((history.state as Opened | null)?.looked) history.back();
  else go(withQuery({ look: null }), { replace: true });
}
