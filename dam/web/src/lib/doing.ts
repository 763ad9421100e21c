// What a person has asked for by pressing something: done one after the other, each with what became of it, so that no
// press overtakes another and no failure is hidden by another's success. What is under way is marked and keeps the focus.
// Must not: know what is done.
import { batch, signal } from "@preact/signals";
import { useState } from "preact/hooks";

export interface Mark {
  readonly "aria-disabled"?: "true";
}

export class Doing {
  private last: Promise<unknown> = Promise.resolve();
  // As signals: whoever draws it is drawn anew, however deep below.
  private readonly under = signal<ReadonlyMap<string, number>>(new Map());
  private readonly wrong = signal<ReadonlyMap<string, unknown>>(new Map());

  /** Do it when all that was asked for before is over, whatever became of that. `what` names it: only the same thing's
   * success takes its failure away. Returns whether it was done. */
  run(what: string, act: () => Promise<unknown>): Promise<boolean> {
    this.count(what, 1);
    const mine = this.last.then(() => act()).then(() => this.over(what), (error: unknown) => this.over(what, { error }));
    this.last = mine;
    return mine;
  }

  /** Whether it, or anything at all, is under way or waits. */
  busy(what?: string): boolean {
    return what === undefined ? this.under.value.size > 0 : this.under.value.has(what);
  }

  /** Why the last of each was refused, as long as it was not done since. */
  get failures(): readonly unknown[] {
    return [...this.wrong.value.values()];
  }

  /** For a control: being busy is told, but takes no focus away as `disabled` would. */
  mark(what: string, otherwise = false): Mark {
    return this.busy(what) || otherwise ? { "aria-disabled": "true" } : {};
  }

  /** For a button: a press while the same is under way is none. */
  press(what: string, act: () => Promise<unknown>): Mark & { onClick(): void } {
    return { ...this.mark(what), onClick: () => void (this.busy(what) || this.run(what, act)) };
  }

  /** The same for a form; its button takes the `mark`. */
  submit(what: string, act: () => Promise<unknown>): { onSubmit(event: Event): void } {
    return { onSubmit: (event) => (event.preventDefault(), void (this.busy(what) || this.run(what, act))) };
  }

  private over(what: string, refused?: { readonly error: unknown }): boolean {
    const wrong = new Map(this.wrong.peek());
    wrong.delete(what);
    if (refused) wrong.set(what, refused.error);
    batch(() => {
      this.wrong.value = wrong;
      this.count(what, -1);
    });
    return refused === undefined;
  }

  private count(what: string, by: 1 | -1): void {
    const under = new Map(this.under.peek());
    const now = (under.get(what) ?? 0) + by;
    if (now > 0) under.set(what, now);
    else under.delete(what);
    this.under.value = under;
  }
}

/** One for the component. */
export function useDoing(): Doing {
  const [doing] = useState(() => new Doing());
  return doing;
}
