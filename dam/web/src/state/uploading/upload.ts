// One file on its way: what the journal keeps of it, the file itself while the browser holds it, and how far it is.
// Must not: send anything; that is `whole` and `parts`.
import { signal } from "@preact/signals";
import { onceKey } from "../../api/client";
import { after, FIRST, type Happened, type Progress } from "./progress";
import type { Waits } from "./patience";

/** What is said of a new asset; the service takes the file's name for a missing title. */
export interface Details {
  readonly title?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly campaigns?: readonly string[];
  readonly fields?: Readonly<Record<string, string>>;
}

/** What is to become of it. */
export type Purpose =
  | { readonly kind: "asset"; readonly details: Details }
  | { readonly kind: "version"; readonly assetId: string; readonly title: string; readonly rationale: string };

/** What a later page needs to go on. `key`: under which the service knows the request again; `uploadId`: where parts go. */
export interface Entry {
  readonly id: string;
  readonly name: string;
  readonly folder: string;
  readonly size: number;
  readonly modified: number;
  readonly type: string;
  readonly purpose: Purpose;
  readonly key: string;
  readonly sha256: string | null;
  readonly uploadId: string | null;
  readonly handle: FileSystemFileHandle | null;
}

/** A file as somebody gave it. `folder`: where it lay in what was dropped. */
export interface Found {
  readonly file: File;
  readonly folder?: string;
  readonly handle?: FileSystemFileHandle | null;
}

const PLAIN: Purpose = { kind: "asset", details: {} };

export class Upload {
  readonly progress = signal<Progress>(FIRST);
  entry: Entry;
  file: File | null;
  /** Somebody is at work on it until this is aborted. */
  working = new AbortController();

  constructor(entry: Entry, file: File | null) {
    this.entry = entry;
    this.file = file;
  }

  static of({ file, folder = "", handle = null }: Found, purpose: Purpose = PLAIN): Upload {
    const { name, size, type, lastModified: modified } = file;
    return new Upload({ id: onceKey(), key: onceKey(), name, folder, size, modified, type, purpose, handle, sha256: null, uploadId: null }, file);
  }

  get now(): Progress {
    return this.progress.value;
  }

  happened(what: Happened): void {
    this.progress.value = after(this.progress.peek(), what);
  }

  /** How this one waits. */
  get waits(): Waits {
    const { signal } = this.working;
    return {
      signal,
      held: (by) => signal.aborted || this.happened({ is: "held", by }),
      released: () => signal.aborted || this.happened({ is: "released" }),
    };
  }

  /** Is this the file that was chosen then? */
  isOf({ name, size, lastModified }: File): boolean {
    return this.entry.name === name && this.entry.size === size && this.entry.modified === lastModified;
  }
}
