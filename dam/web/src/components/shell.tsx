// What surrounds every page: where one can go, who one is, and whether the service is heard.
import { Images, Inbox, MapPinned, RefreshCw, Settings } from "lucide";
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { t, type Key } from "../lib/i18n";
import { go, place } from "../lib/route";
import { useKeys } from "../lib/keys";
import { connected } from "../state/live";
import { me } from "../state/session";
import { Icon } from "./icon";
import { Shortcuts } from "./shortcuts";
import { UploadButton, Uploads } from "./uploads";

const PLACES = [
  { path: "/", name: "nav.library", icon: Images, keys: "g l" },
  { path: "/placements", name: "nav.placements", short: "nav.placements_short", icon: MapPinned, keys: "g p" },
  { path: "/rollouts", name: "nav.rollouts", icon: RefreshCw, keys: "g r" },
  { path: "/inbox", name: "nav.inbox", short: "nav.inbox_short", icon: Inbox, keys: "g i" },
  { path: "/settings", name: "nav.settings", icon: Settings, keys: "g s" },
] as const satisfies readonly { path: string; name: Key; short?: Key; icon: unknown; keys: string }[];

const KEYS = PLACES.map((each) => ({ keys: each.keys, says: each.name as Key, run: () => go(each.path) }));

const within = (path: string, here: string): boolean =>
  path === "/" ? here === "/" || here.startsWith("/assets/")
    : here === path || here.startsWith(`${path}/`) || (path === "/placements" && here.startsWith("/channels"));

export function Shell({ children }: { children: ComponentChildren }) {
  const [listed, setListed] = useState(false);
  const [help] = useState(() => [{ keys: "?", says: "keys.show" as Key, run: () => setListed(true) }]);
  useKeys(KEYS);
  useKeys(help);
  return (
    <>
      <a class="skip" href="#main">{t("nav.skip")}</a>
      <nav class="places" aria-label={t("nav.places")}>
        {PLACES.map((each) => (
          <a key={each.path} href={each.path} aria-current={within(each.path, place.value.path) ? "page" : undefined}>
            <Icon of={each.icon} /><span class={"short" in each ? "long" : ""}>{t(each.name)}</span>{"short" in each && <span class="short">{t(each.short)}</span>}
          </a>
        ))}
        <UploadButton />
        <span class="who">{me.value?.name}</span>
      </nav>
      {!connected.value && <p class="offline" role="status">{t("nav.offline")}</p>}
      <main id="main" tabIndex={-1}>{children}</main>
      <Uploads />
      {listed && <Shortcuts onClose={() => setListed(false)} />}
    </>
  );
}
