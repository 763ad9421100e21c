import { expect, test } from "vitest";
import { Once } from "./once";

test("the same question has the same key until it is done, another has another", () => {
  let made = 0;
  const once = new Once(() => `key ${(made += 1)}`);
  expect([once.key({ name: "a" }), once.key({ name: "a" })]).toEqual(["key 1", "key 1"]);
  expect(once.key({ name: "b" })).toBe("key 2");
  once.done();
  expect(once.key({ name: "b" })).toBe("key 3");
});
