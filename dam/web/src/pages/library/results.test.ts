import { expect, test } from "vitest";
import { Results, type Asset } from "./results";
import { add, clear, reach, refresh, selected, toggle } from "./selection";
import { read } from "./view";

const asset = (id: string, title = id): Asset => ({ id, title }) as Asset;
const of = (ids: string): Asset[] => [...ids].map((id) => asset(id));
const shown = (results: Results): string => results.assets.value.map((each) => each.id).join("");

test("what is put back stands where it stood, whatever came meanwhile", () => {
  const results = new Results(read(new URLSearchParams()));
  results.assets.value = of("abcdef");
  results.total.value = 6;
  results.remove(new Set(["b", "d"]));
  expect([shown(results), results.total.value]).toEqual(["acef", 4]);
  results.assets.value = [asset("n"), ...results.assets.value, asset("z")];
  results.putBack(new Set(["b"]));
  expect([shown(results), results.total.value]).toEqual(["nabcefz", 5]);
});

test("a changed asset is shown where it stands", () => {
  const results = new Results(read(new URLSearchParams()));
  results.assets.value = of("abc");
  results.update([asset("b", "new"), asset("x")]);
  expect(results.assets.value.map((each) => each.title)).toEqual(["a", "new", "c"]);
});

test("an answer that is older than what is shown changes nothing", () => {
  const results = new Results(read(new URLSearchParams()));
  results.assets.value = [{ ...asset("a", "second"), revision: 2 }];
  results.update([{ ...asset("a", "first"), revision: 1 }]);
  expect(results.assets.value[0]?.title).toBe("second");
  results.update([{ ...asset("a", "second, with its preview"), revision: 2 }]);
  expect(results.assets.value[0]?.title).toBe("second, with its preview");
});

test("a range reaches from the last one that was selected, and follows what its assets become", () => {
  clear();
  const all = of("abcdef");
  toggle(all[1]!);
  reach(all, all[4]!);
  expect([...selected.value.keys()].join("")).toBe("bcde");
  toggle(all[2]!);
  add([all[0]!]);
  expect([...selected.value.keys()].sort().join("")).toBe("abde");
  refresh([asset("a", "renamed"), asset("f", "other")]);
  expect([selected.value.get("a")?.title, selected.value.has("f")]).toEqual(["renamed", false]);
  clear();
});
