// What the library is asked for, as its address holds it: words, order, chosen facets, the asset that is looked at.
// Pure: from an address to the query that the service is sent, and back.

export const FACETS = ["kind", "status", "tag", "campaign", "channel", "placement", "format"] as const;
export type Facet = (typeof FACETS)[number];

export const SORTS = ["relevance", "newest", "oldest", "updated", "title", "size", "smallest"] as const;
export type Sort = (typeof SORTS)[number];

export interface View {
  /** What stands in the query box. */
  readonly words: string;
  readonly sort: Sort;
  readonly chosen: Readonly<Partial<Record<Facet, readonly string[]>>>;
}

export function read(query: URLSearchParams): View {
  const sort = query.get("sort") as Sort;
  const chosen: Partial<Record<Facet, readonly string[]>> = {};
  for (const facet of FACETS) {
    const values = [...new Set(query.getAll(facet))].filter((each) => each !== "");
    if (values.length > 0) chosen[facet] = values;
  }
  return { words: query.get("q") ?? "", sort: SORTS.includes(sort) ? sort : "relevance", chosen };
}

/** The address of a view; `look`: the asset that lies open over it. */
export function address(view: View, look?: string | null): string {
  const query = new URLSearchParams();
  if (view.words.trim()) query.set("q", view.words);
  for (const facet of FACETS) for (const value of view.chosen[facet] ?? []) query.append(facet, value);
  if (view.sort !== "relevance") query.set("sort", view.sort);
  if (look) query.set("look", look);
  const text = query.toString();
  return text ? `/?${text}` : "/";
}

/** The same view with this value of a facet chosen, or no longer. */
export function toggled(view: View, facet: Facet, value: string): View {
  const before = view.chosen[facet] ?? [];
  const values = before.includes(value) ? before.filter((each) => each !== value) : [...before, value];
  return { ...view, chosen: { ...view.chosen, [facet]: values } };
}

export const choices = (view: View): readonly (readonly [Facet, string])[] =>
  FACETS.flatMap((facet) => (view.chosen[facet] ?? []).map((value) => [facet, value] as const));

export const asksForAll = (view: View): boolean => !view.words.trim() && choices(view).length === 0;

/** A value as the query language takes it; a quotation mark has no spelling within quotation marks, `*` begins a value. */
export function quoted(value: string): string {
  if (/^[\p{L}\p{N}_./+-]+$/u.test(value) && !value.startsWith("-") && value !== "OR") return value;
  return `"${value.replaceAll('"', " ")}"`;
}

export interface Asked {
  readonly q: string;
  /** How many characters stand before the person's own words. */
  readonly before: number;
}

/** Words and facets as one query. Each facet stands at its top, so that its counts show what else could be chosen. */
export function composed(view: View): Asked {
  const words = view.words.trim();
  const facets = FACETS.flatMap((facet) => {
    const values = (view.chosen[facet] ?? []).map((value) => `${facet}:${quoted(value)}`);
    return values.length === 0 ? [] : [values.length === 1 ? values[0]! : `(${values.join(" OR ")})`];
  });
  const wraps = facets.length > 0 && /\sOR[\s("]/.test(words);
  const own = wraps ? `(${words})` : words;
  const lead = view.words.length - view.words.trimStart().length;
  return { q: [own, ...facets].filter((each) => each !== "").join(" "), before: (wraps ? 1 : 0) - lead };
}

/** Where in the person's words the fault is that the service names by its place in the query. */
export function located(view: View, asked: Asked, position: number, found: string): readonly [number, number] {
  const end = view.words.trimEnd().length;
  const from = position - asked.before;
  if (from >= end || found === "") return [Math.max(0, Math.min(end, from)), end];
  return [Math.max(0, from), Math.min(end, from + found.length)];
}
