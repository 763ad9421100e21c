// Which page is shown: the one of the address, for somebody who is signed in.
import { useEffect, useState } from "preact/hooks";
import { Problem } from "./components/problem";
import { Shell } from "./components/shell";
import { t } from "./lib/i18n";
import { match, place, type Params } from "./lib/route";
import { SignIn } from "./pages/sign-in";
import { Again } from "./pages/again";
import { ROUTES, type Page } from "./routes";
import { expired, load, me } from "./state/session";

export function App() {
  const [failed, setFailed] = useState<unknown>();
  const start = (): void => void load().then(() => setFailed(undefined), setFailed);
  useEffect(start, []);
  if (failed) return <main class="alone"><Problem error={failed} retry={start} /></main>;
  if (me.value === undefined) return null;
  if (me.value === null || place.value.path === "/sign-in") return <SignIn />;
  return (
    <>
      <Shell><Current /></Shell>
      {expired.value && <Again />}
    </>
  );
}

function Current() {
  const found = here(place.value.path);
  const [page, setPage] = useState<{ load: unknown; Page: Page } | undefined>();
  const [failed, setFailed] = useState<unknown>();
  useEffect(() => {
    if (!found) return;
    let wanted = true;
    found.load().then(
      (module) => wanted && (setPage({ load: found.load, Page: module.default }), setFailed(undefined)),
      (error: unknown) => wanted && setFailed(error),
    );
    return () => void (wanted = false);
  }, [found?.load]);
  if (!found) return <div class="alone"><h1>{t("nav.nothing")}</h1><p><a href="/">{t("nav.to_library")}</a></p></div>;
  if (failed) return <Problem error={failed} retry={() => location.reload()} />;
  return page?.load === found.load ? <page.Page params={found.params} /> : null;
}

function here(path: string): { load: () => Promise<{ default: Page }>; params: Params } | undefined {
  for (const [pattern, load] of ROUTES) {
    const params = match(pattern, path);
    if (params) return { load, params };
  }
  return undefined;
}
