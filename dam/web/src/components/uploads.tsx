// Uploading, wherever one is: what is dropped or pasted, the panel before, the tray meanwhile.
import { useEffect } from "preact/hooks";
import { preparing, replacing, uploads } from "../state/uploads";
import { DropZone } from "./uploading/drop";
import { Prepare } from "./uploading/prepare";
import { Replace } from "./uploading/replace";
import { Tray } from "./uploading/tray";
import "./uploading/uploading.css";

export { UploadButton } from "./uploading/button";
export { useDropOn } from "./uploading/drop";

export function Uploads() {
  const shown = uploads.value.length > 0;
  useEffect(() => void document.documentElement.classList.toggle("with-tray", shown), [shown]);
  return (
    <>
      <DropZone />
      {preparing.value.length > 0 && <Prepare />}
      {replacing.value && <Replace key={replacing.value.asset.id} {...replacing.value} />}
      {shown && <Tray />}
    </>
  );
}
