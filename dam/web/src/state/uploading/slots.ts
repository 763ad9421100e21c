// So many at a time, the others in their order.
export class Slots {
  private free: number;
  private readonly waiting: (() => void)[] = [];

  constructor(count: number) {
    this.free = count;
  }

  /** What `act` gives, when there is room for it. Throws what it throws, AbortError. */
  async with<T>(signal: AbortSignal, act: () => Promise<T>): Promise<T> {
    await this.turn(signal);
    try {
      signal.throwIfAborted();
      return await act();
    } finally {
      this.free += 1;
      this.next();
    }
  }

  private turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const begin = (): void => {
        signal.removeEventListener("abort", leave);
        resolve();
      };
      const leave = (): void => {
        this.waiting.splice(this.waiting.indexOf(begin), 1);
        reject(signal.reason as Error);
      };
      if (signal.aborted) return reject(signal.reason as Error);
      signal.addEventListener("abort", leave, { once: true });
      this.waiting.push(begin);
      this.next();
    });
  }

  private next(): void {
    if (this.free === 0) return;
    const begin = this.waiting.shift();
    if (!begin) return;
    this.free -= 1;
    begin();
  }
}
