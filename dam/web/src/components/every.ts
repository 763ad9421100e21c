// An interval in words: "every 6 hours". Must not: draw.
import { many } from "../lib/i18n";

export function every(seconds: number): string {
  if (seconds % 86_400 === 0) return many("places.every_day", seconds / 86_400);
  if (seconds % 3600 === 0) return many("places.every_hour", seconds / 3600);
  return many("places.every_minute", Math.round(seconds / 60));
}
