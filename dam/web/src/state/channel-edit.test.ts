import { expect, test } from "vitest";
import { changed, overlap } from "./channel-edit";

const began = { name: "Shop", recipe: "original", on_drift: "report", audit_every_s: 900, config: { path: "/a", prefix: "x" } } as const;
const setup = { name: "Shop", recipe: "original", on_drift: "report", audit_every_s: 900 } as const;
const fields = [
  { name: "path", type: "text" }, { name: "prefix", type: "text" }, { name: "secret", type: "secret" },
] as unknown as Parameters<typeof changed>[3];

test("only what differs is sent; what is emptied is null, a secret left empty stays", () => {
  expect(changed(began, setup, began.config, fields)).toEqual({});
  expect(changed(began, { ...setup, name: "Window" }, { path: "/a" }, fields)).toEqual({ name: "Window", config: { prefix: null } });
  expect(changed({ ...began, config: { ...began.config, secret: "…" } }, setup, began.config, fields)).toEqual({});
});

test("somebody else's change counts only where it is of the same", () => {
  const theirs = { ...began, on_drift: "repair", config: { path: "/a", prefix: "y" } } as const;
  expect(overlap({ name: "Window" }, began, theirs)).toEqual([]);
  expect(overlap({ on_drift: "report", config: { prefix: "z" } }, began, theirs)).toEqual(["on_drift", "prefix"]);
});
