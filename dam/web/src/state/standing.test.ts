import { expect, test } from "vitest";
import { byChannel, running, step, tally, timeline, worstFirst, type Attempt, type Delivery, type Observation, type Placement } from "./standing";

const placement = (some: Partial<Placement>): Placement => ({
  id: "p", asset_id: "a", title: "Hero", channel_id: "c", channel: "shop", remote: "hero.jpg", recipe: "original", recipe_version: 1,
  follow: "approved", state: "current", reason: null, needs_person: null, desired: { version: 1, sha256: "00" }, observed: null,
  evidence: "sha256", verified_at: null, next_attempt_at: null, attempts: 1, url: null, ...some,
});

const delivery = (state: Delivery["state"], of: Placement["state"]): Delivery => ({
  id: "d", placement_id: "p", placement: placement({ state: of }), action: "put", version: 1, sha256: "00", state, tries: 0,
  due_at: "2026-11-22T12:00:00Z", reason: null,
});

const attempt = (number: number, at: string): Attempt => ({ number, delivery_id: "d", sha256: "00", began_at: at, ended_at: at, outcome: "applied" });
const look = (id: string, at: string): Observation => ({
  id, began_at: at, until: at, looks: 1, how: "audit", sha256: "00", absent: false, foreign: false, counted: true, reason: null,
});

test("the worst comes first, and among equals the channels stay together", () => {
  const rows = [
    placement({ id: "1", state: "current" }), placement({ id: "2", state: "retrying", channel: "b" }),
    placement({ id: "3", state: "retrying", channel: "a" }), placement({ id: "4", state: "failed" }),
  ];
  expect(rows.toSorted(worstFirst).map((each) => each.id)).toEqual(["4", "3", "2", "1"]);
});

test("groups keep the order in which their channels first come", () => {
  const rows = [placement({ id: "1", channel_id: "x" }), placement({ id: "2", channel_id: "y" }), placement({ id: "3", channel_id: "x" })];
  expect(byChannel(rows, (each) => each).map((each) => [each.id, each.rows.map((row) => row.id)])).toEqual([["x", ["1", "3"]], ["y", ["2"]]]);
});

test("what helps depends on the state and its reason", () => {
  const reason = (code: string): Partial<Placement> => ({ state: "failed", reason: { code, detail: "" } });
  expect(step(placement(reason("target_occupied")))).toBe("adopt");
  expect(step(placement(reason("gave_up")))).toBe("retry");
  expect(step(placement(reason("artefact_failed")))).toBeNull();
  expect(step(placement({ state: "drifted" }))).toBe("repair");
  expect(step(placement({ state: "current" }))).toBeNull();
});

test("a rollout is counted by all its deliveries, and only a delivery that is done is proven", () => {
  const listed = [delivery("done", "current"), delivery("due", "retrying"), delivery("due", "unreachable"), delivery("failed", "failed")];
  expect(tally({ done: 37, due: 2, failed: 1, superseded: 3 }, listed)).toEqual({
    all: 43, proven: 37, needs: 1, overtaken: 3, retrying: 1, unreachable: 1,
  });
});

test("a rollout that only waits for a person does not run", () => {
  const rollout = {
    number: 1, asset_id: "a", title: "Hero", cause: "approval", version: 1, head_before: null, sha256: "00", note: "", started_by: "s",
    started_at: "2026-11-22T12:00:00Z", finished_at: null,
  };
  expect(running({ ...rollout, state: "open", counts: {} })).toBe(true);
  expect(running({ ...rollout, state: "open", counts: { done: 1, due: 1, failed: 1 } })).toBe(true);
  expect(running({ ...rollout, state: "open", counts: { done: 1, failed: 1 } })).toBe(false);
  expect(running({ ...rollout, state: "done", counts: { done: 1 } })).toBe(false);
});

test("the history has no gap where older parts were not asked for yet", () => {
  const attempts = [attempt(2, "2026-11-22T12:00:00Z"), attempt(1, "2026-11-22T09:00:00Z")];
  const looks = [look("b", "2026-11-22T12:00:01Z"), look("a", "2026-11-22T10:00:00Z")];
  const names = (all: ReturnType<typeof timeline>): unknown[] => all.map((each) => ("attempt" in each ? each.attempt.number : each.look.id));
  expect(names(timeline(attempts, looks, false, false))).toEqual(["b", 2, "a", 1]);
  expect(names(timeline(attempts, looks, false, true))).toEqual(["b", 2, "a"]);
});
