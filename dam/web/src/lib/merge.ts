// What becomes of a change when somebody else changed the same meanwhile. `base` is what the person saw when they began.
// Must not: know the service.
export type Merged = "agreed" | "mine" | "conflict";

/** `agreed`: both wrote the same; `mine`: nobody else changed it; `conflict`: the person has to pick. */
export function mergeText(base: string, mine: string, theirs: string): Merged {
  if (mine === theirs) return "agreed";
  return theirs === base ? "mine" : "conflict";
}

/** Names added and removed are so in whatever names there are by now; there is nothing to pick. */
export function mergeNames(base: readonly string[], mine: readonly string[], theirs: readonly string[]): string[] {
  const kept = theirs.filter((each) => mine.includes(each) || !base.includes(each));
  return [...kept, ...mine.filter((each) => !base.includes(each) && !kept.includes(each))];
}
