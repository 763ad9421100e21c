import { expect, test } from "vitest";
import { about, configuration, properties } from "./schema";

const SCHEMA = {
  type: "object",
  properties: {
    lateness_s: { type: "number", description: "Seconds." },
    path: { type: "string" },
    secret: { type: "string", writeOnly: true },
    secure: { type: "boolean", default: true },
    class: { type: "string", enum: ["hot", "cold"] },
  },
  required: ["path", "secret"],
};

test("what is required comes first, and secrets are told from text", () => {
  expect(properties(SCHEMA).map((each) => [each.name, each.type, each.required])).toEqual([
    ["path", "text", true], ["secret", "secret", true], ["lateness_s", "number", false], ["secure", "boolean", false], ["class", "choice", false],
  ]);
  expect(properties(SCHEMA).find((each) => each.name === "secure")?.standard).toBe("true");
});

test("what is typed becomes what the schema asks for; what is empty is left out", () => {
  const typed = { path: "/srv", lateness_s: "2.5", secure: "false", class: "" };
  expect(configuration(properties(SCHEMA), typed)).toEqual({ path: "/srv", lateness_s: 2.5, secure: false });
});

test("a refusal's reason belongs to the field that it begins with", () => {
  const fields = properties(SCHEMA);
  expect(about(fields, "path_not_absolute")).toBe("path");
  expect(about(fields, "lateness_invalid")).toBe("lateness_s");
  expect(about(fields, "secure_invalid")).toBe("secure");
  expect(about(fields, "inside_home")).toBeUndefined();
});

test("a schema that is none gives no fields", () => {
  expect(properties({})).toEqual([]);
});
