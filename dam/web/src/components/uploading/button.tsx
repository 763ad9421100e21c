// The button in the shell's bar, and its key: choose files.
import { Upload as Icon_ } from "lucide";
import { useRef, useState } from "preact/hooks";
import { t, type Key } from "../../lib/i18n";
import { useKeys } from "../../lib/keys";
import { may } from "../../state/session";
import { take, upload } from "../../state/uploads";
import { Icon } from "../icon";
import { chosen } from "./choose";

export function UploadButton() {
  const input = useRef<HTMLInputElement>(null);
  const choose = (): void => void chosen(() => input.current?.click()).then((found) => take(found));
  const [keys] = useState(() => [{ keys: "u", says: "upload.key" as Key, run: choose }]);
  useKeys(keys);
  if (!may("contributor")) return null;
  return (
    <>
      <button class="button upload-button" onClick={choose}><Icon of={Icon_} /><span>{t("upload.do")}</span></button>
      <input
        ref={input} type="file" multiple hidden tabIndex={-1} aria-label={t("upload.choose")}
        onChange={({ currentTarget }) => (upload([...(currentTarget.files ?? [])]), (currentTarget.value = ""))}
      />
    </>
  );
}
