import { expect, test } from "vitest";
import { address, asksForAll, composed, located, quoted, read, toggled } from "./view";

const of = (query: string) => read(new URLSearchParams(query));

test("an address and its view are the same", () => {
  const view = of("q=hero+shot&tag=a&tag=b+c&kind=image&sort=title");
  expect(view).toEqual({ words: "hero shot", sort: "title", chosen: { tag: ["a", "b c"], kind: ["image"] } });
  expect(address(view)).toBe("/?q=hero+shot&kind=image&tag=a&tag=b+c&sort=title");
  expect(address(view, "id")).toContain("look=id");
  expect(address(of("sort=nonsense&tag="))).toBe("/");
  expect(asksForAll(of(""))).toBe(true);
});

test("facets stand at the top of the query, several values as either", () => {
  expect(composed(of("q=hero&tag=a&tag=b+c&kind=image")).q).toBe('hero kind:image (tag:a OR tag:"b c")');
  expect(composed(of("q=a+OR+b&kind=image"))).toEqual({ q: "(a OR b) kind:image", before: 1 });
  expect(composed(of("q=a+OR+b")).q).toBe("a OR b");
});

test("a value is written so that it means itself", () => {
  expect(["hero", "Spring sale", "-x", "a*b", "OR", 'say "hi"', "Grün"].map(quoted))
    .toEqual(["hero", '"Spring sale"', '"-x"', '"a*b"', '"OR"', '"say  hi "', "Grün"]);
});

test("choosing twice is choosing nothing", () => {
  const view = toggled(of("q=x"), "tag", "a");
  expect(view.chosen.tag).toEqual(["a"]);
  expect(address(toggled(view, "tag", "a"))).toBe("/?q=x");
});

test("a fault is found in the person's own words", () => {
  const plain = of("q=banner+tga:hero&kind=image");
  expect(located(plain, composed(plain), 7, "tga:")).toEqual([7, 11]);
  const wrapped = of("q=a+OR+tga:x&kind=image");
  expect(located(wrapped, composed(wrapped), 6, "tga:")).toEqual([5, 9]);
  const open = of("q=tag:&kind=image");
  expect(located(open, composed(open), 5, "kind:")).toEqual([4, 4]);
  const led = of("q=++tga:x");
  expect(located(led, composed(led), 0, "tga:")).toEqual([2, 6]);
});
