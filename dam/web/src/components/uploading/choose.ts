// Choosing files: where the browser gives handles (Chromium, over HTTPS), a later page can open the files again by itself.
import type { Found } from "../../state/uploading/upload";

type Picker = (options: { multiple: true }) => Promise<readonly FileSystemFileHandle[]>;

/** Ask the person; `otherwise` opens the picker of a field. */
export async function chosen(otherwise: () => void): Promise<readonly Found[]> {
  const picker = (window as { showOpenFilePicker?: Picker }).showOpenFilePicker;
  if (!picker) return otherwise(), [];
  try {
    const handles = await picker({ multiple: true });
    return await Promise.all(handles.map(async (handle) => ({ file: await handle.getFile(), handle })));
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") return []; // nothing was chosen
    throw error;
  }
}
