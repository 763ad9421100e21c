// Every language has the same messages with the same parts to fill in; a build with a gap fails.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";

type Messages = Record<string, string>;

const REFERENCE = "en";

export const parts = (text: string): string => [...new Set(text.match(/\{\w+\}/g))].sort().join(" ");

/** What `other` lacks, has too much, or fills in differently. */
export function gaps(reference: Messages, other: Messages): string[] {
  const missing = Object.keys(reference).filter((key) => !(key in other));
  const unknown = Object.keys(other).filter((key) => !(key in reference));
  const differing = Object.keys(reference).filter((key) => key in other && parts(reference[key]!) !== parts(other[key]!));
  return [
    ...missing.map((key) => `${key} is missing`),
    ...unknown.map((key) => `${key} is not in English`),
    ...differing.map((key) => `${key} fills in something else than in English`),
  ];
}

/** `folder` has one folder for each language, and those the same files. */
export function messages(folder: string): Plugin {
  const root = join(import.meta.dirname, "..", folder);
  const read = (language: string, file: string): Messages => JSON.parse(readFileSync(join(root, language, file), "utf8")) as Messages;
  return {
    name: "messages",
    apply: "build",
    buildStart() {
      const languages = readdirSync(root, { withFileTypes: true }).filter((each) => each.isDirectory()).map((each) => each.name);
      const found = readdirSync(join(root, REFERENCE)).flatMap((file) =>
        languages.flatMap((language) => gaps(read(REFERENCE, file), read(language, file)).map((gap) => `${language}/${file}: ${gap}`)),
      );
      if (found.length > 0) this.error(`Messages differ.\n${found.join("\n")}`);
    },
  };
}
