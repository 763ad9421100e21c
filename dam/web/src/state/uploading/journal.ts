// What was begun and has not ended, in the browser's own database, so that a reload or a crash loses nothing of it. Each
// page owns its entries as long as it lives, so that two tabs do not send the same.
// Must not: be believed without asking the service; it says only what to ask about.
import { signal } from "@preact/signals";
import { onceKey } from "../../api/client";
import type { Entry } from "./upload";

interface Kept extends Entry {
  readonly owner: string;
  readonly who: string;
}

const NAME = "dam.uploads";
const STORE = "uploads";
const OWNER = onceKey();
const BEFORE = sessionStorage.getItem(NAME);
const PATIENCE = 1000;

/** The browser keeps nothing (a private window): a reload loses what was begun. */
export const forgetful = signal(false);

sessionStorage.setItem(NAME, OWNER);
void navigator.locks?.request(`${NAME}.${OWNER}`, () => new Promise(() => {}));

let opened: Promise<IDBDatabase> | undefined;

export const keep = (entry: Entry, who: string): Promise<void> => change((store) => store.put({ ...entry, owner: OWNER, who } satisfies Kept));

export const drop = (id: string): Promise<void> => change((store) => store.delete(id));

/** What pages that are gone have left of this person's: from now on ours. */
export async function left(who: string): Promise<readonly Entry[]> {
  const all = await everything().catch(() => []);
  const owners = [...new Set(all.filter((each) => each.who === who && each.owner !== OWNER).map((each) => each.owner))];
  const taken = await Promise.all(owners.map((owner) => adopt(owner, () => mine(all.filter((each) => each.who === who && each.owner === owner), who))));
  return taken.flat();
}

async function mine(entries: readonly Kept[], who: string): Promise<readonly Entry[]> {
  for (const each of entries) await keep(each, who);
  return entries;
}

/** Where there are no locks (pages over plain HTTP), only what this tab itself has left. */
async function adopt(owner: string, take: () => Promise<readonly Entry[]>): Promise<readonly Entry[]> {
  if (!navigator.locks) return owner === BEFORE ? take() : [];
  const gone = { signal: AbortSignal.timeout(PATIENCE) };
  return navigator.locks.request(`${NAME}.${owner}`, gone, take).catch(() => []);
}

async function everything(): Promise<Kept[]> {
  const database = await open();
  return wanted(database.transaction(STORE).objectStore(STORE).getAll() as IDBRequest<Kept[]>);
}

async function change(act: (store: IDBObjectStore) => IDBRequest): Promise<void> {
  try {
    const database = await open();
    await wanted(act(database.transaction(STORE, "readwrite").objectStore(STORE)));
  } catch {
    forgetful.value = true;
  }
}

function open(): Promise<IDBDatabase> {
  return (opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => void request.result.createObjectStore(STORE, { keyPath: "id" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("closed"));
  }));
}

const wanted = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("refused"));
  });
