// A small picture of a file that is here and not there yet: only of types that every browser shows by itself, and not of
// giants, which would be decoded whole.
import { File as FileIcon, FileText, Film, Music } from "lucide";
import { useEffect, useState } from "preact/hooks";
import { Icon } from "../icon";

const SHOWN = /^image\/(png|jpeg|gif|webp|avif|svg\+xml|bmp)$/;
const LARGEST = 24 << 20;
const KINDS = [[/^video\//, Film], [/^audio\//, Music], [/^(text\/|application\/pdf)/, FileText]] as const;

/** The file's own address in this page, as long as it is shown; null where it can't be shown. */
export function useObjectUrl(file: File | null): string | null {
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    if (!file || !SHOWN.test(file.type) || file.size > LARGEST) return setUrl(null);
    const made = URL.createObjectURL(file);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [file]);
  return url;
}

export function Thumb({ file, type, src }: { file: File | null; type: string; src?: string | null | undefined }) {
  const own = useObjectUrl(src ? null : file);
  const [broken, setBroken] = useState<string | null>(null);
  const shown = src ?? own;
  if (shown && shown !== broken) return <img class="thumb" src={shown} alt="" onError={() => setBroken(shown)} />;
  return <span class="thumb"><Icon of={KINDS.find(([kind]) => kind.test(type))?.[1] ?? FileIcon} /></span>;
}
