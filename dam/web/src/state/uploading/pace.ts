// How fast it goes and how long it will take, from what was acknowledged lately.
const WINDOW = 20_000;
const LEAST = 1500;

/** `add` takes how many bytes are acknowledged by then; `speed` gives bytes a second, or null as long as nobody knows. */
export class Pace {
  private samples: { at: number; bytes: number }[] = [];

  add(bytes: number, at: number): void {
    const last = this.samples.at(-1);
    if (last && bytes < last.bytes) this.samples = [];
    this.samples = [...this.samples.filter((each) => at - each.at <= WINDOW), { at, bytes }];
  }

  speed(at: number): number | null {
    const first = this.samples[0];
    const last = this.samples.at(-1);
    if (!first || !last || at - first.at < LEAST || last.bytes === first.bytes) return null;
    return (last.bytes - first.bytes) / ((at - first.at) / 1000);
  }
}
