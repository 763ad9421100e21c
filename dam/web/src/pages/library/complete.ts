// What could be typed next in the query box: fields, and the values of the one that is being typed. Pure.
// The names are those of the query language (docs/search.md).

export const FIELDS = [
  "tag:", "campaign:", "kind:", "status:", "placed:", "placement:", "format:", "by:", "width>=", "height>=", "size>",
  "created>", "updated>", "version>=", "has:", "missing:", "like:",
] as const;

const OPERATOR = /^(-?)([\p{L}_][\p{L}\p{N}_.]*)(:|>=|<=|!=|=|>|<)(.*)$/su;

const FIXED: Readonly<Record<string, readonly string[]>> = {
  kind: ["image", "video", "audio", "document", "other"],
  status: ["draft", "approved", "rejected", "revoked", "withdrawn", "unapproved"],
  placement: [
    "failed", "unreachable", "drifted", "retrying", "replacing", "verifying", "waiting", "acknowledged", "matched", "current", "withdrawn",
  ],
  has: ["title", "description", "tag", "campaign", "approved", "placed", "width", "height"],
  format: ["jpg", "png", "webp", "gif", "tiff", "svg", "psd", "pdf", "mp4", "mp3"],
  created: ["today", "yesterday", "-7d", "-1m", "-1y"],
  width: ["800", "1200", "1600", "1920", "3840"],
  height: ["600", "1080", "2160"],
  size: ["1mb", "10mb", "100mb", "1gb"],
  version: ["2", "3", "5"],
};
const SAME: Readonly<Record<string, string>> = { missing: "has", updated: "created", type: "format", channel: "placed" };

/** What is being typed at the caret. `field` is null while it is a word, that may become a field. */
export interface Typing {
  readonly from: number;
  readonly to: number;
  readonly field: string | null;
  /** As it is written, without an opening quotation mark. */
  readonly text: string;
}

/** The piece of the query in which the caret stands. */
export function typing(query: string, caret: number): Typing {
  const from = begin(query, caret);
  const rest = /^(?:"[^"]*"?|[^\s()"]*)/.exec(query.slice(caret))?.[0] ?? "";
  const inQuotes = odd(query.slice(from, caret));
  const to = inQuotes ? caret + (query.indexOf('"', caret) < 0 ? query.length - caret : query.indexOf('"', caret) + 1 - caret) : caret + rest.length;
  const piece = query.slice(from, caret);
  const found = OPERATOR.exec(piece);
  if (!found) return { from: from + (piece.startsWith("-") ? 1 : 0), to, field: null, text: piece.replace(/^-/, "") };
  const [, minus = "", name = "", operator = "", value = ""] = found;
  const start = from + minus.length + name.length + operator.length;
  return { from: start, to, field: name.toLowerCase(), text: value.replace(/^"/, "") };
}

const odd = (text: string): boolean => (text.split('"').length - 1) % 2 === 1;

/** Where the piece before the caret begins; blanks within quotation marks belong to it. */
function begin(query: string, caret: number): number {
  let start = 0;
  let quoted = false;
  for (let at = 0; at < caret; at += 1) {
    const char = query[at]!;
    if (char === '"') quoted = !quoted;
    else if (!quoted && /[\s()]/.test(char)) start = at + 1;
  }
  return start;
}

/** The values that the language itself knows; null where they have to be asked for. */
export function fixed(field: string): readonly string[] | null {
  if (["tag", "campaign", "placed", "channel"].includes(field)) return null;
  return FIXED[SAME[field] ?? field] ?? [];
}

/** Those that begin so, and then those that hold it; never just what stands there already. */
export function fitting(values: readonly string[], text: string, most = 8): readonly string[] {
  const wanted = folded(text.replace(/"$/, ""));
  const starts = values.filter((each) => folded(each).startsWith(wanted));
  const holds = values.filter((each) => wanted.length > 1 && !folded(each).startsWith(wanted) && folded(each).includes(wanted));
  const found = [...starts, ...holds].slice(0, most);
  return found.length === 1 && folded(found[0]!) === wanted ? [] : found;
}

const folded = (text: string): string => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

/** The query with the choice put in, and where the caret stands then: behind a value there is room for the next word. */
export function chosen(query: string, piece: Typing, choice: string): { readonly query: string; readonly caret: number } {
  const behind = query.slice(piece.to);
  const space = piece.field !== null && !/^[\s)]/.test(behind) ? " " : "";
  const put = choice + space;
  return { query: query.slice(0, piece.from) + put + behind, caret: piece.from + put.length + (piece.field !== null && !space ? 1 : 0) };
}
