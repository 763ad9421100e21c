// What is said, in the person's language. Messages are in `messages/*.json`; the build fails where one is missing.
// Numbers, times and sizes are written as the language does, times in the person's own zone.
import { signal } from "@preact/signals";
import english from "../messages/en";

export type Key = keyof typeof english;
export type Values = Readonly<Record<string, string | number>>;

/** The beginnings of keys that have a form for one and for many. */
export type Counted = { [K in Key]: K extends `${infer Base}.other` ? Base : never }[Key];

export const LANGUAGES = ["en", "de"] as const;
export type Language = (typeof LANGUAGES)[number];

const CHOICE = "dam.language";
const spoken = signal<{ language: Language; messages: Record<Key, string> }>({ language: "en", messages: english });

export const language = (): Language => spoken.value.language;

/** The language as the person's own country writes it, where the browser says which that is. */
const locale = (): string => navigator.languages.find((each) => each.startsWith(`${language()}-`)) ?? language();

/** Choose by what was chosen before, or else by the browser's languages. */
export async function begin(): Promise<void> {
  const wanted = [localStorage.getItem(CHOICE), ...navigator.languages].map((each) => each?.slice(0, 2));
  await use((wanted.find((each) => LANGUAGES.includes(each as Language)) ?? "en") as Language);
}

export async function choose(chosen: Language): Promise<void> {
  localStorage.setItem(CHOICE, chosen);
  await use(chosen);
}

async function use(chosen: Language): Promise<void> {
  const messages = chosen === "de" ? (await import("../messages/de")).default : english;
  document.documentElement.lang = chosen;
  spoken.value = { language: chosen, messages };
}

/** The message, with its `{parts}` filled in. */
export function t(key: Key, values: Values = {}): string {
  return spoken.value.messages[key].replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    return value === undefined ? whole : typeof value === "number" ? number(value) : value;
  });
}

/** The message for this many: `key.one` or `key.other`, as the language counts. */
export function many(key: Counted, count: number, values: Values = {}): string {
  const form = new Intl.PluralRules(language()).select(count) === "one" ? "one" : "other";
  return t(`${key}.${form}` as Key, { ...values, count });
}

/** A message that may not be there, such as that of a code the server has newly learnt. */
export const maybe = (key: string): string | null => (spoken.value.messages as Record<string, string>)[key] ?? null;

export const number = (value: number): string => new Intl.NumberFormat(locale()).format(value);

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"] as const;

/** A size in binary units, with three figures. */
export function size(bytes: number): string {
  const power = bytes < 1024 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** power;
  const digits = power === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${new Intl.NumberFormat(locale(), { maximumFractionDigits: digits }).format(value)} ${UNITS[power]}`;
}

/** How long something runs, as players tell it: 1:05, 1:00:09. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const shown = parts[0] === 0 ? parts.slice(1) : parts;
  return shown.map((part, index) => (index === 0 ? String(part) : String(part).padStart(2, "0"))).join(":");
}

/** Languages by their names, from the letters that a file has for them (ISO 639); letters that mean none stay. */
export function tongues(codes: readonly string[]): string {
  const names = new Intl.DisplayNames(locale(), { type: "language" });
  return new Intl.ListFormat(locale(), { type: "unit", style: "short" }).format(codes.map((code) => nameOf(names, code)));
}

function nameOf(names: Intl.DisplayNames, code: string): string {
  try {
    return code === "und" ? t("asset.property.subtitles.und") : (names.of(code) ?? code);
  } catch {
    return code; // what can't be a language at all is a RangeError
  }
}

export const moment = (at: string | Date): string =>
  new Intl.DateTimeFormat(locale(), { dateStyle: "medium", timeStyle: "medium" }).format(new Date(at));

export const clock = (at: string | Date): string =>
  new Intl.DateTimeFormat(locale(), { hour: "2-digit", minute: "2-digit" }).format(new Date(at));

const STEPS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_536_000], ["month", 2_592_000], ["week", 604_800], ["day", 86_400], ["hour", 3600], ["minute", 60],
];

/** How long ago, or how long until: "3 minutes ago". Under a minute it is "now". */
export function ago(at: string | Date, now: number): string {
  const seconds = (new Date(at).getTime() - now) / 1000;
  const format = new Intl.RelativeTimeFormat(language(), { numeric: "auto" });
  for (const [unit, length] of STEPS) {
    if (Math.abs(seconds) >= length) return format.format(Math.trunc(seconds / length), unit);
  }
  return format.format(0, "second");
}
