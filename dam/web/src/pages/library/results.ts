// What was found for one view: its pages so far, counts, and how it is kept true while things happen.
// Must not: draw, or know where on the page anything is.
import { batch, signal } from "@preact/signals";
import { api, asked, Refusal, type Schemas } from "../../api/client";
import { newer } from "../../state/asset";
import { listen, ofPages } from "../../state/live";
import { address, composed, FACETS, type Asked, type Facet, type View } from "./view";

export type Asset = Schemas["Asset"];
export type Counts = Readonly<Partial<Record<Facet, readonly Schemas["Counted"][]>>>;

const FIRST_PAGE = 60;
const PAGE = 200;
/** So many lists stay in memory, for "back". */
const KEPT = 3;
const TOGETHER = 6;

export class Results {
  readonly assets = signal<readonly Asset[]>([]);
  readonly total = signal(0);
  readonly counts = signal<Counts>({});
  /** How many changes the search index has still to hear of. */
  readonly behind = signal(0);
  /** Whether there was an answer yet. */
  readonly known = signal(false);
  readonly error = signal<unknown>(undefined);
  /** How many that match have come since, and are not shown. */
  readonly news = signal(0);

  /** The asset that the keyboard is at. */
  readonly active = signal<string | null>(null);

  readonly asked: Asked;
  /** What changed since it was last asked for. */
  private stale = new Set<string>();
  /** What was shown before something was taken out, for putting it back. */
  private before: readonly Asset[] = [];
  private next: string | null = null;
  private running: Promise<void> | null = null;
  private readonly abort = new AbortController();

  constructor(readonly view: View) {
    this.asked = composed(view);
  }

  get complete(): boolean {
    return this.known.peek() && this.next === null;
  }

  /** Ask for the beginning; what is shown stays until the answer is there. */
  async begin(): Promise<void> {
    try {
      const found = await this.ask(FIRST_PAGE, null, FACETS);
      batch(() => {
        this.error.value = undefined;
        this.assets.value = found.data;
        this.next = found.next;
        this.news.value = 0;
        this.heard(found);
        this.known.value = true;
      });
    } catch (error) {
      this.failed(error);
    }
  }

  /** One more page; asked once, however often it is called meanwhile. */
  more(): Promise<void> {
    if (this.next === null || this.error.peek() !== undefined) return Promise.resolve();
    this.running ??= this.append(this.next).finally(() => (this.running = null));
    return this.running;
  }

  private async append(cursor: string): Promise<void> {
    try {
      const found = await this.ask(PAGE, cursor, []);
      if (this.next !== cursor) return;
      const there = new Set(this.assets.peek().map((each) => each.id));
      batch(() => {
        this.next = found.next;
        this.assets.value = [...this.assets.peek(), ...found.data.filter((each) => !there.has(each.id))];
        this.total.value = this.next === null ? this.assets.peek().length : Math.max(found.total, this.assets.peek().length);
      });
    } catch (error) {
      this.failed(error);
    }
  }

  again(): Promise<void> {
    this.error.value = undefined;
    return this.known.peek() ? this.more() : this.begin();
  }

  /** Look whether anything new matches. `put`: it may be shown at once, since nobody is looking further down. */
  async look(put: boolean): Promise<void> {
    let found: Schemas["Found"];
    try {
      found = await this.ask(FIRST_PAGE, null, FACETS);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return; // what is shown is still so; the next event or a change of the view asks again
    }
    const shown = new Set(this.assets.peek().map((each) => each.id));
    const fresh = found.data.filter((each) => !shown.has(each.id));
    batch(() => {
      const grown = found.total - this.total.peek();
      this.heard(found);
      this.update(found.data);
      if (put && fresh.length > 0) this.merge(found, fresh);
      else this.news.value = this.complete || fresh.length > 0 ? fresh.length : Math.max(this.news.peek(), grown);
      if (!put && fresh.length === 0 && this.complete) this.total.value = this.assets.peek().length;
    });
  }

  /** The new beginning, and behind it what was shown before. */
  private merge(found: Schemas["Found"], fresh: readonly Asset[]): void {
    const first = new Set(found.data.map((each) => each.id));
    if (found.next === null || fresh.length < found.data.length) {
      this.assets.value = [...found.data, ...this.assets.peek().filter((each) => !first.has(each.id))];
    } else {
      this.assets.value = found.data;
      this.next = found.next;
    }
    this.news.value = 0;
  }

  /** These have changed; the next `follow` asks for them. */
  changed(ids: Iterable<string>): void {
    for (const id of ids) this.stale.add(id);
  }

  /** Catch up with what has happened. `put`: as `look` takes it. */
  async follow(put: boolean): Promise<void> {
    const ids = this.stale;
    this.stale = new Set();
    await Promise.all([this.freshen(ids), this.look(put)]);
  }

  /** Ask anew for those of these assets that are shown, and show them as they are. */
  async freshen(ids: ReadonlySet<string>): Promise<void> {
    const wanted = this.assets.peek().filter((each) => ids.has(each.id)).map((each) => each.id);
    for (let at = 0; at < wanted.length; at += TOGETHER) {
      const found = await Promise.all(wanted.slice(at, at + TOGETHER).map(assetOf));
      this.update(found.filter((each) => each !== null));
    }
  }

  /** Show these assets as they are now, each where it stands. */
  update(changed: readonly Asset[]): void {
    if (changed.length === 0) return;
    const by = new Map(changed.map((each) => [each.id, each]));
    this.assets.value = this.assets.peek().map((each) => newer(each, by.get(each.id) ?? each));
  }

  remove(ids: ReadonlySet<string>): void {
    this.before = this.assets.peek();
    const left = this.assets.peek().filter((each) => !ids.has(each.id));
    batch(() => {
      this.total.value = Math.max(0, this.total.peek() - (this.assets.peek().length - left.length));
      this.assets.value = left;
    });
  }

  /** Put these back to where they were. */
  putBack(ids: ReadonlySet<string>): void {
    const known = new Set(this.before.map((each) => each.id));
    const now = this.assets.peek();
    const there = new Set(now.map((each) => each.id));
    const first = now.findIndex((each) => known.has(each.id));
    const fresh = now.slice(0, Math.max(0, first)).filter((each) => !known.has(each.id));
    const later = now.slice(Math.max(0, first)).filter((each) => !known.has(each.id));
    const back = this.before.filter((each) => there.has(each.id) || ids.has(each.id));
    batch(() => {
      this.assets.value = [...fresh, ...back, ...later];
      this.total.value += this.assets.peek().length - now.length;
    });
  }

  /** Every asset that matches, up to so many. */
  async all(most: number): Promise<readonly Asset[]> {
    while (!this.complete && this.error.peek() === undefined && this.assets.peek().length < most) await this.more();
    return this.assets.peek().slice(0, most);
  }

  /** Nobody waits for it any more. */
  stop(): void {
    this.abort.abort();
  }

  private heard(found: Schemas["Found"]): void {
    this.total.value = found.total;
    this.counts.value = found.facets as Counts;
    this.behind.value = found.index.behind;
  }

  private failed(error: unknown): void {
    if (!(error instanceof DOMException && error.name === "AbortError")) this.error.value = error;
  }

  private ask(limit: number, cursor: string | null, facets: readonly Facet[]): Promise<Schemas["Found"]> {
    const query = { q: this.asked.q, sort: this.view.sort, limit, facets: facets.join(","), ...(cursor ? { cursor } : {}) };
    return asked(api.GET("/api/v1/assets", { params: { query }, signal: this.abort.signal }));
  }
}

/** An asset as it is now; null where it can't be had. */
export async function assetOf(id: string): Promise<Asset | null> {
  try {
    return await asked(api.GET("/api/v1/assets/{asset_id}", { params: { path: { asset_id: id } } }));
  } catch (error) {
    if (error instanceof Refusal) return null;
    throw error;
  }
}

const kept = new Map<string, Results>();

// Lists that nobody sees at the moment hear of changes too, so that coming back to one shows nothing old.
listen((events) => {
  const ids = events.flatMap((each) => (each.asset_id === null || ofPages(each) ? [] : [each.asset_id]));
  for (const results of kept.values()) results.changed(ids);
});

/** The results of this view, those from before where they are still there. */
export function resultsOf(view: View): Results {
  const key = address(view);
  const found = kept.get(key) ?? new Results(view);
  kept.delete(key);
  kept.set(key, found);
  for (const [old, results] of kept) if (kept.size > KEPT) (kept.delete(old), results.stop());
  return found;
}

/** A list that failed is not kept. */
export function forget(results: Results): void {
  if (kept.get(address(results.view)) === results) kept.delete(address(results.view));
}
