// The whole window takes files: dropped, or pasted where nobody is typing. While something is dragged, it says what
// dropping here will do: new assets, or a new version of the asset under the pointer.
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Replace as ReplaceIcon, Upload as UploadIcon } from "lucide";
import { t } from "../../lib/i18n";
import { may } from "../../state/session";
import { replace, take } from "../../state/uploads";
import { filesOf } from "../../state/uploading/drops";
import { Icon } from "../icon";

interface Target {
  readonly id: string;
  readonly title: string;
}

/** Null: nothing is dragged; otherwise the asset under the pointer, where there is one. */
const over = signal<{ readonly target: Target | null } | null>(null);

/** What an element gets that stands for an asset: a file dropped onto it becomes a new version. */
export const useDropOn = ({ id, title }: Target) => ({ "data-drop-asset": id, "data-drop-title": title });

const MARK = "data-drop-asset";
const TYPED = "input, textarea, select, [contenteditable]";

export function DropZone() {
  useEffect(() => {
    const ends = [on("dragenter", drag), on("dragover", drag), on("dragleave", left), on("drop", dropped), on("paste", pasted)];
    return () => ends.forEach((end) => end());
  }, []);
  if (!over.value) return null;
  const { target } = over.value;
  return (
    <div class={target ? "drop-here replaces" : "drop-here"} role="status">
      <p>
        <Icon of={target ? ReplaceIcon : UploadIcon} />
        <span>{!may("contributor") ? t("upload.drop_forbidden") : target ? t("upload.drop_replace", { title: target.title }) : t("upload.drop")}</span>
      </p>
    </div>
  );
}

function on<K extends keyof DocumentEventMap>(type: K, listener: (event: DocumentEventMap[K]) => void): () => void {
  document.addEventListener(type, listener);
  return () => document.removeEventListener(type, listener);
}

const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes("Files") ?? false;

function drag(event: DragEvent): void {
  if (!hasFiles(event)) return;
  event.preventDefault();
  if (event.dataTransfer) event.dataTransfer.dropEffect = takes() ? "copy" : "none";
  mark(elementOf(event));
}

/** A dialog that is open takes nothing but what is dropped for it. */
const takes = (): boolean => may("contributor") && !document.querySelector("dialog[open]:not([data-takes-files])");

const elementOf = ({ target }: Event): Element | null => (target instanceof Element ? target.closest(`[${MARK}]`) : null);

let marked: Element | null = null;

function mark(element: Element | null): void {
  if (marked !== element) {
    marked?.removeAttribute("data-dropping");
    element?.setAttribute("data-dropping", "");
    marked = element;
    over.value = null;
  }
  over.value ??= { target: targetOf(element) };
}

const targetOf = (element: Element | null): Target | null => {
  const id = element?.getAttribute(MARK);
  return id ? { id, title: element?.getAttribute("data-drop-title") ?? "" } : null;
};

function left(event: DragEvent): void {
  if (event.relatedTarget === null) rest();
}

function rest(): void {
  mark(null);
  over.value = null;
}

function dropped(event: DragEvent): void {
  if (!hasFiles(event) || !event.dataTransfer) return;
  event.preventDefault();
  const target = targetOf(elementOf(event));
  rest();
  if (!takes()) return;
  void filesOf(event.dataTransfer).then(({ found, tooMany }) => {
    const [only] = found;
    if (target && only && found.length === 1) replace(target, only);
    else take(found, tooMany);
  });
}

function pasted(event: ClipboardEvent): void {
  const files = [...(event.clipboardData?.files ?? [])];
  if (files.length === 0 || !takes() || (event.target instanceof Element && event.target.closest(TYPED))) return;
  event.preventDefault();
  take(files.map((file) => ({ file: named(file) })));
}

/** A picture from the clipboard is called image.png, whatever it is. */
function named(file: File): File {
  if (!/^image\.\w+$/.test(file.name)) return file;
  const at = new Date(Date.now() - new Date().getTimezoneOffset() * 60_000).toISOString().slice(0, 19).replace("T", " ").replaceAll(":", ".");
  return new File([file], `${t("upload.pasted", { at })}${/\.\w+$/.exec(file.name)?.[0] ?? ""}`, { type: file.type, lastModified: file.lastModified });
}
