import { expect, test } from "vitest";
import { pagesOf, type Page } from "./pages";

const asked: (string | undefined)[] = [];
const load = (cursor: string | undefined): Promise<Page<number>> => {
  asked.push(cursor);
  const at = Number(cursor ?? 0);
  return Promise.resolve({ data: [at], next: at < 2 ? String(at + 1) : null });
};

test("as many pages as are wanted, or as there are", async () => {
  expect((await pagesOf(load, 2, [])).flatMap((each) => each.data)).toEqual([0, 1]);
  expect((await pagesOf(load, 9, [])).flatMap((each) => each.data)).toEqual([0, 1, 2]);
});

test("what is known is not asked for again", async () => {
  asked.length = 0;
  expect((await pagesOf(load, 2, [{ data: [0], next: "1" }])).flatMap((each) => each.data)).toEqual([0, 1]);
  expect(asked).toEqual(["1"]);
});
