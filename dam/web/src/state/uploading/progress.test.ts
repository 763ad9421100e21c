import { expect, test } from "vitest";
import { Refusal } from "../../api/client";
import { after, ended, FIRST, needsPerson, unfinished, type Happened, type Progress } from "./progress";

const MADE = { assetId: "a", number: 1, title: "t", thumbnail: null };
const told = (...happened: Happened[]): Progress => happened.reduce(after, FIRST);

test("a file goes from being read to ready", () => {
  const phases: string[] = [];
  const steps: Happened[] = [
    { is: "read", bytes: 5 }, { is: "queued" }, { is: "begun" }, { is: "underway", bytes: 10 }, { is: "sent" },
    { is: "acknowledged", bytes: 10 }, { is: "made", made: MADE }, { is: "rendered", thumbnail: "/t" },
  ];
  steps.reduce((now, step) => (phases.push(now.phase), after(now, step)), FIRST);
  expect(phases).toEqual(["reading", "reading", "waiting", "sending", "sending", "checking", "checking", "rendering"]);
  expect(told(...steps)).toMatchObject({ phase: "ready", acknowledged: 10, underway: 0, made: { thumbnail: "/t" } });
});

test("bytes handed to the network are not acknowledged, and are forgotten at another try", () => {
  const sending = told({ is: "queued" }, { is: "begun" }, { is: "acknowledged", bytes: 4 }, { is: "underway", bytes: 6 });
  expect(sending).toMatchObject({ acknowledged: 4, underway: 6 });
  expect(after(sending, { is: "begun" })).toMatchObject({ acknowledged: 4, underway: 0 });
});

test("what it waits for is no end, and ends when something moves", () => {
  const held = told({ is: "queued" }, { is: "begun" }, { is: "held", by: "network" });
  expect([held.hold, unfinished(held), needsPerson(held)]).toEqual(["network", true, false]);
  expect(after(held, { is: "underway", bytes: 0 }).hold).toBe("network");
  expect(after(held, { is: "underway", bytes: 1 }).hold).toBeNull();
  expect(after(held, { is: "acknowledged", bytes: 1 }).hold).toBeNull();
});

test("what is safe stays safe, whatever comes late", () => {
  const safe = told({ is: "queued" }, { is: "begun" }, { is: "made", made: MADE });
  for (const late of [{ is: "failed", error: new Refusal("x", "", 0) }, { is: "held", by: "network" }, { is: "queued" }, { is: "begun" }] as const) {
    expect(after(safe, late)).toEqual(safe);
  }
  expect([ended(safe), unfinished(safe)]).toEqual([true, false]);
});

test("what it looks like is said of what is there, also at its end", () => {
  const compared = { is: "compared", alike: { id: "b", title: "Hills" } } as const;
  const ready = told({ is: "queued" }, { is: "begun" }, { is: "made", made: MADE }, { is: "rendered", thumbnail: "/t" });
  expect(after(ready, compared)).toEqual({ ...ready, alike: compared.alike });
  expect(told({ is: "queued" }, compared).alike).toBeNull();
});

test("a failure stays until the person tries again", () => {
  const failed = told({ is: "queued" }, { is: "begun" }, { is: "failed", error: new Refusal("too_large", "", 413) });
  expect([needsPerson(failed), after(failed, { is: "underway", bytes: 3 })]).toEqual([true, failed]);
  expect(after(failed, { is: "queued" })).toMatchObject({ phase: "waiting", error: null });
});

test("a file that the browser has lost waits for the person, and keeps no page", () => {
  const lost = told({ is: "queued" }, { is: "found", bytes: 8 }, { is: "held", by: "file" });
  expect([needsPerson(lost), unfinished(lost), lost.acknowledged]).toEqual([true, false, 8]);
});
