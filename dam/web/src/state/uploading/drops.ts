// The files in what was dropped or pasted: folders too, hidden files left out, and no more than a page can bear.
import type { Found } from "./upload";

/** Of one drop. */
export const MOST_FILES = 2000;
const DEEPEST = 24;

export interface Dropped {
  readonly found: readonly Found[];
  /** There were more, which were left. */
  readonly tooMany: boolean;
}

/** Has to be called while the event is being handled: afterwards the browser shows nothing of it any more. */
export function filesOf(data: DataTransfer): Promise<Dropped> {
  const items = [...data.items].filter((each) => each.kind === "file");
  const roots = items.map((item) => ({ entry: item.webkitGetAsEntry?.() ?? null, file: item.getAsFile(), handle: handleOf(item) }));
  return collect(roots.length > 0 ? roots : [...data.files].map((file) => ({ entry: null, file, handle: Promise.resolve(null) })));
}

interface Root {
  readonly entry: FileSystemEntry | null;
  readonly file: File | null;
  readonly handle: Promise<FileSystemFileHandle | null>;
}

async function collect(roots: readonly Root[]): Promise<Dropped> {
  const found: Found[] = [];
  let tooMany = false;
  const take = (each: Found): void => void (found.length < MOST_FILES ? found.push(each) : (tooMany = true));
  for (const { entry, file, handle } of roots) {
    if (entry?.isDirectory) await walk(entry as FileSystemDirectoryEntry, "", 1, take, () => tooMany);
    else if (file) take({ file, handle: await handle });
  }
  return { found, tooMany };
}

async function walk(folder: FileSystemDirectoryEntry, above: string, depth: number, take: (found: Found) => void, enough: () => boolean): Promise<void> {
  const here = above ? `${above}/${folder.name}` : folder.name;
  const reader = folder.createReader();
  for (let some = await read(reader); some.length > 0; some = await read(reader)) {
    for (const entry of some.toSorted((one, other) => one.name.localeCompare(other.name))) {
      if (enough()) return;
      if (entry.name.startsWith(".")) continue;
      if (entry.isFile) take({ file: await fileOf(entry as FileSystemFileEntry), folder: here });
      else if (depth < DEEPEST) await walk(entry as FileSystemDirectoryEntry, here, depth + 1, take, enough);
    }
  }
}

/** The next hundred or so; none is the end. */
const read = (reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> => new Promise((resolve, reject) => reader.readEntries(resolve, reject));

const fileOf = (entry: FileSystemFileEntry): Promise<File> => new Promise((resolve, reject) => entry.file(resolve, reject));

/** What a later page can open the file by, where the browser has such a thing. */
async function handleOf(item: DataTransferItem): Promise<FileSystemFileHandle | null> {
  const ask = (item as { getAsFileSystemHandle?: () => Promise<FileSystemHandle | null> }).getAsFileSystemHandle;
  const handle = await ask?.call(item).catch(() => null);
  return handle?.kind === "file" ? (handle as FileSystemFileHandle) : null;
}
