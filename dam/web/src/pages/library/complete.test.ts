import { expect, test } from "vitest";
import { merged } from "./bulk";
import { chosen, FIELDS, fitting, fixed, typing } from "./complete";

const at = (marked: string) => typing(marked.replace("|", ""), marked.indexOf("|"));

test("what is typed is a word or the value of a field", () => {
  expect(at("banner ta|")).toEqual({ from: 7, to: 9, field: null, text: "ta" });
  expect(at("-ta|")).toEqual({ from: 1, to: 3, field: null, text: "ta" });
  expect(at("tag:he|ro kind:image")).toEqual({ from: 4, to: 8, field: "tag", text: "he" });
  expect(at("(kind:image OR -Status:dr|)")).toEqual({ from: 23, to: 25, field: "status", text: "dr" });
  expect(at("width>=16|")).toEqual({ from: 7, to: 9, field: "width", text: "16" });
});

test("blanks within quotation marks belong to the value", () => {
  expect(at('x campaign:"Spring sa|')).toEqual({ from: 11, to: 21, field: "campaign", text: "Spring sa" });
  expect(at('campaign:"Spring| sale" hero')).toEqual({ from: 9, to: 22, field: "campaign", text: "Spring" });
});

test("a choice replaces just that piece, and a value is followed by room for the next word", () => {
  expect(chosen("banner ta", at("banner ta|"), "tag:")).toEqual({ query: "banner tag:", caret: 11 });
  expect(chosen("tag:he", at("tag:he|"), "hero")).toEqual({ query: "tag:hero ", caret: 9 });
  expect(chosen("tag:he kind:image", at("tag:he| kind:image"), "hero")).toEqual({ query: "tag:hero kind:image", caret: 9 });
});

test("offers begin so, then hold it; accents and case do not matter; what stands there already is no offer", () => {
  expect(fitting(["hero", "superhero", "Held", "café"], "he")).toEqual(["hero", "Held", "superhero"]);
  expect(fitting(["café"], "CAFE")).toEqual([]);
  expect(fitting(["café"], "caf")).toEqual(["café"]);
  expect(fitting(["a", "b"], "")).toEqual(["a", "b"]);
});

test("fields of the language are offered by their beginning", () => {
  expect(fitting(FIELDS, "li")).toEqual(["like:"]);
  expect(fitting(FIELDS, "plac")).toEqual(["placed:", "placement:"]);
});

test("values of the language itself are known; names are asked for", () => {
  expect(fixed("missing")).toContain("title");
  expect(fixed("tag")).toBeNull();
  expect(fixed("like")).toEqual([]);
  expect(fixed("unheard")).toEqual([]);
});

test("a change of many sends only what is not so yet", () => {
  const asset = { tags: ["a"], campaigns: [] };
  expect(merged({ does: "tag", name: "b" }, asset)).toEqual({ tags: ["a", "b"] });
  expect(merged({ does: "tag", name: "a" }, asset)).toBeNull();
  expect(merged({ does: "untag", name: "a" }, asset)).toEqual({ tags: [] });
  expect(merged({ does: "uncampaign", name: "x" }, asset)).toBeNull();
  expect(merged({ does: "campaign", name: "x" }, asset)).toEqual({ campaigns: ["x"] });
});
