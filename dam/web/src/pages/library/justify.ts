// Rows of equal height that fill the width, each picture in its true proportions. Pure: from numbers to numbers.
// Must not: know assets or the document.

/** One picture of a row: which one, and how wide it is drawn. */
export interface Cell {
  readonly index: number;
  readonly left: number;
  readonly width: number;
}

export interface Row {
  readonly top: number;
  readonly height: number;
  readonly cells: readonly Cell[];
}

export interface Frame {
  /** All in CSS pixels. */
  readonly width: number;
  readonly rowHeight: number;
  readonly gap: number;
}

/** Beyond these a picture stands within a frame of its own colour, so that a banner takes no row and a ribbon can be hit. */
const NARROWEST = 0.4;
const WIDEST = 4;
const WITHOUT_PICTURE = 4 / 3;
/** How much higher than asked a row may become before it stays open at its end. */
const STRETCH = 1.35;

/** The proportion in which a picture is drawn. */
export function proportion(width: number | null | undefined, height: number | null | undefined): number {
  if (!width || !height) return WITHOUT_PICTURE;
  return Math.min(WIDEST, Math.max(NARROWEST, width / height));
}

/** Rows for pictures of these proportions; the last row keeps the height that was asked for where it is not full. */
export function justify(proportions: readonly number[], frame: Frame): Row[] {
  const rows: Row[] = [];
  let top = 0;
  for (let first = 0; first < proportions.length; ) {
    const last = end(proportions, first, frame);
    const row = fill(proportions, first, last, frame, top);
    rows.push(row);
    top += row.height + frame.gap;
    first = last;
  }
  return rows;
}

/** Behind the last picture of the row that begins with `first`: where the height comes nearest to what was asked. */
function end(proportions: readonly number[], first: number, frame: Frame): number {
  let sum = 0;
  for (let index = first; index < proportions.length; index += 1) {
    const before = height(sum, index - first, frame);
    sum += proportions[index]!;
    const now = height(sum, index - first + 1, frame);
    if (now > frame.rowHeight) continue;
    return index > first && before - frame.rowHeight < frame.rowHeight - now ? index : index + 1;
  }
  return proportions.length;
}

const height = (sum: number, count: number, frame: Frame): number =>
  sum === 0 ? Infinity : (frame.width - frame.gap * (count - 1)) / sum;

function fill(proportions: readonly number[], first: number, last: number, frame: Frame, top: number): Row {
  let sum = 0;
  for (let index = first; index < last; index += 1) sum += proportions[index]!;
  const full = height(sum, last - first, frame);
  const open = full > frame.rowHeight * STRETCH;
  const rowHeight = Math.round(open ? frame.rowHeight : full);
  const cells: Cell[] = [];
  let left = 0;
  for (let index = first; index < last; index += 1) {
    const room = Math.max(1, frame.width - left);
    const closes = !open && index === last - 1;
    const width = closes ? room : Math.min(room, Math.round(proportions[index]! * rowHeight));
    cells.push({ index, left, width });
    left += width + frame.gap;
  }
  return { top, height: rowHeight, cells };
}
