import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Refusal } from "../../api/client";
import { expired, me, type Me } from "../session";
import { passes, patiently, pause } from "./patience";

const away = (): Refusal => new Refusal("unreachable", "", 0);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function waits(signal = new AbortController().signal) {
  return { held: vi.fn(), released: vi.fn(), signal };
}

test("a lost network is waited for, and it is said", async () => {
  const act = vi.fn().mockRejectedValueOnce(away()).mockRejectedValueOnce(away()).mockResolvedValue("there");
  const how = waits();
  const found = patiently(act, how);
  await vi.runAllTimersAsync();
  expect(await found).toBe("there");
  expect(how.held).toHaveBeenCalledWith("network");
  expect(how.released).toHaveBeenCalledTimes(1);
});

test("it ends one day", async () => {
  const act = vi.fn(() => Promise.reject(away()));
  const found = patiently(act, waits()).catch((error: unknown) => error);
  await vi.runAllTimersAsync();
  expect(await found).toMatchObject({ code: "unreachable" });
  expect(act).toHaveBeenCalledTimes(14);
});

test("nothing is tried without a network, and at once when it is back", async () => {
  vi.stubGlobal("navigator", { onLine: false });
  const act = vi.fn().mockRejectedValueOnce(away()).mockResolvedValue(1);
  const found = patiently(act, waits());
  await vi.advanceTimersByTimeAsync(3_600_000);
  expect(act).toHaveBeenCalledTimes(1);
  dispatchEvent(new Event("online"));
  await vi.runAllTimersAsync();
  expect(await found).toBe(1);
});

test("what is refused is refused", async () => {
  const act = vi.fn(() => Promise.reject(new Refusal("too_large", "", 413)));
  await expect(patiently(act, waits())).rejects.toMatchObject({ code: "too_large" });
  expect(act).toHaveBeenCalledTimes(1);
});

test("a session that ended is waited for as long as it takes", async () => {
  me.value = { id: "m" } as Me;
  expired.value = true;
  const act = vi.fn().mockRejectedValueOnce(new Refusal("session_invalid", "", 401)).mockResolvedValue(1);
  const how = waits();
  const found = patiently(act, how);
  await vi.advanceTimersByTimeAsync(3_600_000);
  expect([act.mock.calls.length, how.held.mock.calls]).toEqual([1, [["session"]]]);
  expired.value = false;
  expect(await found).toBe(1);
});

test("giving up ends the waiting", async () => {
  const ends = new AbortController();
  const found = patiently(() => Promise.reject(away()), waits(ends.signal)).catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(100);
  ends.abort(new DOMException("", "AbortError"));
  expect(await found).toMatchObject({ name: "AbortError" });
});

test("pauses grow and have an end", () => {
  expect([1, 2, 3, 20].map((attempt) => pause(attempt, 0.5))).toEqual([1000, 2000, 4000, 30_000]);
});

test("too many uploads is for the person, too many requests for patience", () => {
  expect([passes(new Refusal("too_many_uploads", "", 429)), passes(new Refusal("too_many_requests", "", 429))]).toEqual([false, true]);
});
