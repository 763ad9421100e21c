import { beforeEach, expect, test, vi } from "vitest";
import { digest } from "./digest";
import { examine } from "./examine";
import { Upload, type Entry } from "./upload";

vi.mock("./digest", () => ({ digest: vi.fn() }));

const SAME = "5a".repeat(32);
let read: Map<string, (sha256: string) => void>;

beforeEach(() => {
  read = new Map();
  vi.mocked(digest).mockImplementation((file) => new Promise((resolve) => read.set(file.name, resolve)));
  vi.stubGlobal("fetch", () => Promise.resolve(Response.json({ data: [] })));
  return () => vi.unstubAllGlobals();
});

function page(...names: string[]) {
  const all = names.map((name) => Upload.of({ file: new File(["x"], name) }));
  const ends = all.map((one) => examine(one, (change: Partial<Entry>) => void (one.entry = { ...one.entry, ...change }), () => all));
  return { all, ends, is: () => all.map(({ now }) => [now.phase, now.sameAs]) };
}

test.each([[[0, 1]], [[1, 0]]])("of two with the same bytes the second is known, whichever is read first", async (order) => {
  const { all, ends, is } = page("one", "two");
  for (const at of order) {
    read.get(all[at]!.entry.name)!(SAME);
    await ends[at];
  }
  expect(is()).toEqual([["waiting", null], ["known", "one"]]);
});

test("both read at once are not both known", async () => {
  const { ends, is } = page("one", "two");
  for (const name of ["two", "one"]) read.get(name)!(SAME);
  await Promise.all(ends);
  expect(is()).toEqual([["waiting", null], ["known", "one"]]);
});

test("what is on its way already is the one, though it was given later; what the person has answered is not asked again", async () => {
  const sent = page("one", "two");
  read.get("two")!(SAME);
  await sent.ends[1];
  sent.all[1]!.happened({ is: "begun" });
  read.get("one")!(SAME);
  await sent.ends[0];
  expect(sent.is()).toEqual([["known", "two"], ["sending", null]]);

  const answered = page("one", "two");
  read.get("two")!(SAME);
  await answered.ends[1];
  answered.all[1]!.happened({ is: "recognised", twins: [], sameAs: "another" });
  answered.all[1]!.happened({ is: "queued" });
  read.get("one")!(SAME);
  await answered.ends[0];
  expect(answered.is()).toEqual([["waiting", null], ["waiting", "another"]]);
});
