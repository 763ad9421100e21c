import { effect } from "@preact/signals";
import { expect, test } from "vitest";
import { Doing } from "./doing";

/** Something that is over when the test says so. */
function held(): { act(): Promise<void>; begun: boolean; done(): void; fail(why: string): void } {
  const one = { begun: false, done: () => {}, fail: (_why: string) => {}, act: () => ((one.begun = true), ends) };
  const ends = new Promise<void>((resolve, reject) => ((one.done = resolve), (one.fail = (why) => reject(new Error(why)))));
  return one;
}

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

test("what is pressed later begins when the earlier is over, also where that failed", async () => {
  const [doing, one, other] = [new Doing(), held(), held()];
  const first = doing.run("role", one.act);
  const second = doing.run("disabled", other.act);
  await turn();
  expect([one.begun, other.begun]).toEqual([true, false]);
  one.fail("refused");
  expect(await first).toBe(false);
  await turn();
  expect(other.begun).toBe(true);
  other.done();
  expect(await second).toBe(true);
});

test("one thing's success leaves another's failure to be seen; its own takes it away", async () => {
  const doing = new Doing();
  await doing.run("role", () => Promise.reject(new Error("refused")));
  await doing.run("disabled", () => Promise.resolve());
  expect(doing.failures).toEqual([new Error("refused")]);
  await doing.run("role", () => Promise.resolve());
  expect(doing.failures).toEqual([]);
});

test("a button's second press while it is busy is none, and being busy takes no focus away", async () => {
  const [doing, one] = [new Doing(), held()];
  let begun = 0;
  const act = (): Promise<void> => ((begun += 1), one.act());
  doing.press("again", act).onClick();
  doing.press("again", act).onClick();
  await turn();
  expect(begun).toBe(1);
  expect(doing.press("again", act)).toMatchObject({ "aria-disabled": "true" });
  expect(doing.press("again", act)).not.toHaveProperty("disabled");
  expect(doing.mark("other")).toEqual({});
  one.done();
  await turn();
  expect(doing.busy()).toBe(false);
});

test("whoever draws it hears of each beginning and end", async () => {
  const doing = new Doing();
  const heard: boolean[] = [];
  effect(() => void heard.push(doing.busy("role")));
  await doing.run("role", () => Promise.resolve());
  expect(heard).toEqual([false, true, false]);
});
