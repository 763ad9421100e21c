// One asset with its versions, as they are by now, and how it is changed so that nobody's change is lost.
// Must not: draw.
import { useEffect, useRef } from "preact/hooks";
import { api, asked, Refusal, type Schemas } from "../api/client";
import { useResource, type Resource } from "./resource";
import { nudge, ofPages, type Event } from "./live";
import { usePages, type Pages } from "./pages";
import { signedIn } from "./session";

export type Asset = Schemas["Asset"];
export type Version = Schemas["Version"];
export type AssetEdit = Schemas["AssetEdit"];

const VERSIONS_AT_ONCE = 50;
const MOST_TRIES = 5;

const path = (asset_id: string) => ({ path: { asset_id } });

export const getAsset = (id: string, signal?: AbortSignal): Promise<Asset> =>
  asked(api.GET("/api/v1/assets/{asset_id}", { params: path(id), ...(signal ? { signal } : {}) }));

/** Answers may arrive in another order than they were given: of one asset, the one of the later revision. */
export const newer = (known: Asset | undefined, answer: Asset): Asset =>
  known && known.id === answer.id && answer.revision < known.revision ? known : answer;

export function useAsset(id: string): Resource<Asset> {
  const found = useResource(`asset/${id}`, (signal) => getAsset(id, signal), (event) => event.asset_id === id && !ofPages(event));
  const newest = useRef<Asset>(undefined);
  if (found.data) newest.current = newer(newest.current, found.data);
  const set = (answer: Asset): void => {
    if (newer(newest.current, answer) !== answer) return;
    newest.current = answer;
    found.set(answer);
  };
  return { ...found, set };
}

/** About versions rather than about where they are: what makes their list look different. */
const ofVersions = (id: string) => (event: Event): boolean =>
  event.asset_id === id && /^(version|asset)\./.test(event.type);

/** The asset's versions, the newest first. */
export const useVersions = (id: string): Pages<Version> =>
  usePages(`versions/${id}`, (cursor, signal) => asked(
    api.GET("/api/v1/assets/{asset_id}/versions", {
      params: { ...path(id), query: { limit: VERSIONS_AT_ONCE, ...(cursor ? { cursor } : {}) } }, ...(signal ? { signal } : {}),
    }),
  ), ofVersions(id));

/** One version; null asks for none. */
export const useVersion = (id: string, number: number | null): Resource<Version> =>
  useResource(
    number === null ? null : `version/${id}/${number}`,
    (signal) => asked(api.GET("/api/v1/assets/{asset_id}/versions/{number}", { params: { path: { asset_id: id, number: number ?? 0 } }, signal })),
    ofVersions(id),
  );

/** Somebody looks at the version: what is still to be made of it is made before what nobody looks at. */
export function useAwaited(version: Version | undefined): void {
  const waits = version?.renditions.some((each) => each.state === "pending") ?? false;
  useEffect(() => {
    if (!version || !waits) return;
    const { asset_id, number } = version;
    // A hint: without it the same is made, only later.
    void api.POST("/api/v1/assets/{asset_id}/versions/{number}/awaited", { params: { path: { asset_id, number } } }).catch(() => undefined);
  }, [version?.asset_id, version?.number, waits]);
}

/** What an approval would touch; asked anew when something about the asset's places happens. */
export const useImpact = (id: string, number: number | null): Resource<Schemas["Impact"]> =>
  useResource(
    number === null ? null : `impact/${id}/${number}`,
    (signal) => asked(api.GET("/api/v1/assets/{asset_id}/versions/{number}/impact", { params: { path: { asset_id: id, number: number ?? 0 } }, signal })),
    (event) => event.asset_id === id,
  );

/**
 * Change what is written about the asset. `change` says what to send, given the asset as it is by now; null where the
 * person has to pick first. Somebody else's change in between is taken in and `change` asked again; a session that ended is
 * waited for. Returns whether it was saved. Throws Refusal.
 */
export async function edit(asset: Resource<Asset>, seen: Asset, change: (asset: Asset) => AssetEdit | null): Promise<boolean> {
  let present = seen;
  for (let tries = 1; ; tries += 1) {
    const body = change(present);
    if (body === null) return false;
    try {
      asset.set(await send(present, body));
      nudge();
      return true;
    } catch (error) {
      if (!(error instanceof Refusal) || tries === MOST_TRIES || ![401, 412].includes(error.status)) throw error;
      if (error.status === 401) await signedIn();
      present = await getAsset(seen.id);
      asset.set(present);
    }
  }
}

const send = (asset: Asset, body: AssetEdit): Promise<Asset> =>
  asked(
    api.PATCH("/api/v1/assets/{asset_id}", {
      params: { ...path(asset.id), header: { "If-Match": `"${asset.revision}"` } },
      body,
    }),
  );
