// When: relative, with the absolute time in the person's zone on hover and for screen readers.
import { signal } from "@preact/signals";
import { ago, moment } from "../lib/i18n";

const now = signal(Date.now());
setInterval(() => void (document.hidden || (now.value = Date.now())), 20_000);

export function Time({ at }: { at: string }) {
  return <time dateTime={at} title={moment(at)}>{ago(at, Math.max(now.value, Date.now()))}</time>;
}
