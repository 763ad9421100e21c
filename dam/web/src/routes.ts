// Every address of the client and the page that is there, loaded when it is gone to. The service answers each of these
// with the client (`dam/api/pages.py`; a test holds the two together).
import type { ComponentType } from "preact";
import type { Params } from "./lib/route";

export type Page = ComponentType<{ params: Params }>;

export const ROUTES: readonly (readonly [string, () => Promise<{ default: Page }>])[] = [
  ["/", () => import("./pages/library")],
  ["/assets/:id", () => import("./pages/asset")],
  ["/assets/:id/compare/:pair", () => import("./pages/compare")],
  ["/rollouts", () => import("./pages/rollouts")],
  ["/rollouts/:number", () => import("./pages/rollout")],
  ["/placements", () => import("./pages/placements")],
  ["/channels", () => import("./pages/channels")],
  ["/channels/:id", () => import("./pages/channel")],
  ["/inbox", () => import("./pages/inbox")],
  ["/trash", () => import("./pages/trash")],
  ["/settings", () => import("./pages/settings")],
  ["/settings/:page", () => import("./pages/settings")],
];
