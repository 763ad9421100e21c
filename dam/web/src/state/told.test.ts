import { expect, test } from "vitest";
import type { Event } from "./live";
import { grouped, told } from "./told";

const event = (number: number, type: string, data: Record<string, unknown>, principal = "ada"): Event =>
  ({ number, type, data, principal, at: "2026-11-22T12:00:00Z", asset_id: "a" });

test("what a person wrote is told beside what they did", () => {
  expect(told(event(1, "version.created", { number: 3, rationale: "Warmer" }))).toMatchObject({ key: "version", note: "Warmer", system: false });
  expect(told(event(2, "asset.edited", { before: { title: "a" }, after: { title: "b", tags: [] } })).parts).toEqual(["title", "tags"]);
  expect(told(event(3, "rollout.done", { rollout: 12 }, "00000000-0000-7000-8000-000000000000"))).toMatchObject({ rollout: 12, system: true });
});

test("an event of a later service is told by its own name", () => {
  expect(told(event(1, "review.begun", { note: "", deep: { x: 1 } }))).toEqual({ key: "review.begun", values: { note: "" }, system: false });
});

test("places of one rollout are one line, decisions never", () => {
  const proven = (number: number, rollout: number): Event => event(number, "placement.proven", { rollout, version: 3 });
  const lines = grouped([proven(9, 2), proven(8, 2), proven(7, 1), event(6, "version.approved", { number: 3 }), event(5, "version.approved", { number: 3 })]);
  expect(lines.map((each) => [each.event.number, each.times])).toEqual([[9, 2], [7, 1], [6, 1], [5, 1]]);
});
