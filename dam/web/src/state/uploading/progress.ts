// How far one file is: the states that it goes through, as one pure function.
// Must not: send, keep or draw anything.
import type { Refusal, Schemas } from "../../api/client";

/** `reading`: its digest is made. `known`: the service has these bytes; the person says what is to be done. `waiting`: for
 * its turn. `checking`: every byte was sent, and the service has not said yet that they are right. `rendering`: it is
 * safe, and its preview is being made. */
export type Phase = "reading" | "known" | "waiting" | "sending" | "checking" | "rendering" | "ready" | "failed";

/** What a file waits for, whatever its phase: it goes on by itself, but for `file` (the browser has lost hold of it). */
export type Hold = "network" | "session" | "file";

export interface Progress {
  readonly phase: Phase;
  readonly hold: Hold | null;
  /** Bytes read for the digest; acknowledged by the service; and handed to the network, with no word of them yet. */
  readonly read: number;
  readonly acknowledged: number;
  readonly underway: number;
  readonly error: Refusal | null;
  /** Assets that have the same bytes; and the name of an earlier file of this page that has. */
  readonly twins: readonly Schemas["Asset"][];
  readonly sameAs: string | null;
  /** What it has become. */
  readonly made: Made | null;
  /** Another asset that looks most like it; its bytes are others. */
  readonly alike: Alike | null;
}

export interface Alike {
  readonly id: string;
  readonly title: string;
}

export interface Made {
  readonly assetId: string;
  readonly number: number;
  readonly title: string;
  readonly thumbnail: string | null;
}

export type Happened =
  | { readonly is: "read"; readonly bytes: number }
  | { readonly is: "recognised"; readonly twins: readonly Schemas["Asset"][]; readonly sameAs: string | null }
  | { readonly is: "queued" }
  /** An earlier page has sent so much. */
  | { readonly is: "found"; readonly bytes: number }
  | { readonly is: "begun" }
  | { readonly is: "acknowledged"; readonly bytes: number }
  | { readonly is: "underway"; readonly bytes: number }
  | { readonly is: "sent" }
  | { readonly is: "held"; readonly by: Hold }
  | { readonly is: "released" }
  | { readonly is: "made"; readonly made: Made }
  | { readonly is: "rendered"; readonly thumbnail: string | null }
  | { readonly is: "compared"; readonly alike: Alike }
  | { readonly is: "failed"; readonly error: Refusal };

export const FIRST: Progress = {
  phase: "reading", hold: null, read: 0, acknowledged: 0, underway: 0, error: null, twins: [], sameAs: null, made: null,
  alike: null,
};

const SENDING: readonly Phase[] = ["sending", "checking"];

/** What may come to what is at its end. */
const LATE: ReadonlySet<Happened["is"]> = new Set(["queued", "rendered", "compared"]);

/** The state after that has happened. What comes too late changes nothing: what is safe stays safe. */
export function after(now: Progress, happened: Happened): Progress {
  if (ended(now) && !LATE.has(happened.is)) return now;
  switch (happened.is) {
    case "read":
      return now.phase === "reading" ? { ...now, hold: null, read: happened.bytes } : now;
    case "recognised":
      return { ...now, phase: "known", hold: null, twins: happened.twins, sameAs: happened.sameAs };
    case "queued":
      return now.made ? now : { ...now, phase: "waiting", hold: null, underway: 0, error: null };
    case "found":
      return { ...now, acknowledged: happened.bytes };
    case "begun":
      return { ...now, phase: "sending", hold: null, underway: 0 };
    case "acknowledged":
      return SENDING.includes(now.phase) ? { ...now, hold: null, acknowledged: happened.bytes } : now;
    case "underway":
      return now.phase === "sending" ? { ...now, hold: happened.bytes > now.underway ? null : now.hold, underway: happened.bytes } : now;
    case "sent":
      return { ...now, phase: "checking", hold: null };
    case "held":
      return { ...now, hold: happened.by };
    case "released":
      return { ...now, hold: null };
    case "made":
      return { ...now, phase: "rendering", hold: null, made: happened.made, underway: 0 };
    case "rendered":
      return now.made ? { ...now, phase: "ready", hold: null, made: { ...now.made, thumbnail: happened.thumbnail ?? now.made.thumbnail } } : now;
    case "compared":
      return now.made ? { ...now, alike: happened.alike } : now;
    case "failed":
      return { ...now, phase: "failed", hold: null, underway: 0, error: happened.error };
  }
}

/** Bytes of it may have reached the service. */
export const underway = ({ phase }: Progress): boolean => SENDING.includes(phase);

/** Nothing more is going to happen to it by itself. */
export const ended = ({ phase }: Progress): boolean => phase === "ready" || phase === "rendering" || phase === "failed";

/** Leaving the page would interrupt it. */
export const unfinished = (now: Progress): boolean => !ended(now) && now.hold !== "file";

/** It does nothing until the person does something. */
export const needsPerson = (now: Progress): boolean => now.phase === "failed" || now.phase === "known" || now.hold === "file";
