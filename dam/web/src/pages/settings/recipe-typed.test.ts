import { expect, test } from "vitest";
import { belongs, said, typedOf } from "./recipe-typed";

const TYPED = {
  ...typedOf(null), name: "square", title: "Square", fit: "contain", box: "9", width: "1080", height: "1080",
  background: "#102030", quality: "70", page: "2", time: "1.5", profile: "keep", max_bytes: "1000",
};

test("of a film only what films have is said, whatever was typed before", () => {
  const film = said({ ...TYPED, format: "mp4" });
  expect(film).toEqual({
    title: "Square", format: "mp4", fit: "contain", box: null, width: 1080, height: 1080, background: "#102030", quality: 70,
    max_bytes: 1000, metadata: "strip", page: null, time: null, profile: "srgb",
  });
  expect(said({ ...TYPED, format: "mp4", fit: "cover" }).background).toBeNull();
});

test("of a picture page, moment and profile are said, and of a PNG no quality", () => {
  const picture = said({ ...TYPED, format: "png", fit: "inside" });
  expect([picture.page, picture.time, picture.profile, picture.quality]).toEqual([2, 1.5, "keep", null]);
  expect([picture.box, picture.width, picture.background]).toEqual([9, null, "#102030"]);
});

test("what belongs to it is what is asked for", () => {
  const asked = (format: string, fit: string): string[] =>
    ["box", "width", "background", "quality", "profile", "page", "time"].filter((each) => belongs(each, { format, fit }));
  expect(asked("mp4", "inside")).toEqual(["box", "quality"]);
  expect(asked("mp4", "contain")).toEqual(["width", "background", "quality"]);
  expect(asked("jpeg", "inside")).toEqual(["box", "background", "quality", "profile", "page", "time"]);
});
