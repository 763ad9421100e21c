// The key under which a request is done once, however often it is sent: the same as long as the same is asked for, so that
// who presses again after a lost answer does nothing twice. Must not: know what is asked for.
import { useState } from "preact/hooks";

export class Once {
  private known: { readonly body: string; readonly key: string } | null = null;

  constructor(private readonly make: () => string) {}

  /** The key for this body; a new one as soon as anything in it is different. */
  key(body: unknown): string {
    const text = JSON.stringify(body);
    if (this.known?.body !== text) this.known = { body: text, key: this.make() };
    return this.known.key;
  }

  /** It was done: the next is another, even where it asks for the same. */
  done(): void {
    this.known = null;
  }
}

export function useOnce(make: () => string): Once {
  const [once] = useState(() => new Once(make));
  return once;
}
