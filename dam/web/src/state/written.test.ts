import { expect, test } from "vitest";
import type { Asset, Version } from "./asset";
import { offered, outvoted, tells } from "./written";

const asset = (more: Partial<Asset>): Asset => ({ fields: {}, tags: [], ...more }) as unknown as Asset;
const version = (more: Partial<Version>): Version =>
  ({ metadata: {}, keywords: null, location: null, content_credentials: null, ...more }) as unknown as Version;

test("what somebody wrote here counts, under whatever spelling", () => {
  expect(["Alt Text", "alt_text", " ALT  text "].map((name) => outvoted(asset({ fields: { [name]: "" } }), "alt_text"))).toEqual([true, true, true]);
  expect(outvoted(asset({ fields: { alt: "A field" } }), "alt_text")).toBe(false);
});

test("only keywords that are no tags yet are offered", () => {
  const file = version({ keywords: { values: ["Red", "field"], source: "xmp" } });
  expect(offered(asset({ tags: ["red"] }), file)).toEqual(["field"]);
  expect(offered(asset({}), version({}))).toEqual([]);
});

test("a file that tells nothing takes no room", () => {
  expect(tells(version({}))).toBe(false);
  expect(tells(version({ location: { latitude: 1, longitude: 2, source: "exif" } }))).toBe(true);
});
