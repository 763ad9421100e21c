import { beforeEach, expect, test } from "vitest";
import { ago, choose, duration, size, t, tongues } from "./i18n";
import { gaps } from "../../build/messages.ts";

beforeEach(() => choose("en"));

test("parts are filled in, numbers as the language writes them", async () => {
  expect(t("sign_in.password_hint", { least: 1000 })).toBe("At least 1,000 characters.");
  await choose("de");
  expect(t("sign_in.password_hint", { least: 1000 })).toBe("Mindestens 1.000 Zeichen.");
});

test("sizes are binary, with three figures at most", () => {
  expect([0, 1023, 1024, 1536, 10_700_000, 1 << 30].map(size)).toEqual(["0 B", "1,023 B", "1 KiB", "1.5 KiB", "10.2 MiB", "1 GiB"]);
});

test("a film's length reads as players tell it", () => {
  expect([4.4, 65, 3609].map(duration)).toEqual(["0:04", "1:05", "1:00:09"]);
});

test("languages have names, and letters that mean none stay as they are", async () => {
  expect(tongues(["eng", "ger", "deu", "und", "qaa", "<b>"])).toBe("English, German, German, not said, qaa, <b>");
  await choose("de");
  expect(tongues(["eng", "und"])).toBe("Englisch, nicht angegeben");
});

test("times are relative", () => {
  const now = Date.parse("2026-11-22T12:00:00Z");
  expect(ago("2026-11-22T11:57:00Z", now)).toBe("3 minutes ago");
  expect(ago("2026-11-22T11:59:30Z", now)).toBe("now");
  expect(ago("2026-11-24T12:00:00Z", now)).toBe("in 2 days");
});

test("a build with a gap in a language fails", () => {
  expect(gaps({ a: "x {n}", b: "y" }, { a: "x", c: "z" })).toEqual([
    "b is missing", "c is not in English", "a fills in something else than in English",
  ]);
});
