// The asset's own fields: names and texts that the team made up, such as the alternative text of a picture.
import { Plus, Trash2 } from "lucide";
import { useId, useState } from "preact/hooks";
import { Icon } from "../../components/icon";
import { Failures } from "../../components/problem";
import { useDoing } from "../../lib/doing";
import { t } from "../../lib/i18n";
import { edit, type Asset } from "../../state/asset";
import { draftOf, draftsOf, keepDraft } from "../../state/drafts";
import type { Resource } from "../../state/resource";
import { useEditing, type Part } from "./editing";
import { EditableText } from "./text";

interface Props {
  readonly resource: Resource<Asset>;
  readonly asset: Asset;
  readonly allowed: boolean;
}

const LONGEST_VALUE = 5000;
const LONGEST_NAME = 100;

/** Those that there are, and those that somebody removed while they are being edited here. */
function namesOf(asset: Asset): string[] {
  const drafted = Object.keys(draftsOf(asset.id)).filter((part) => part.startsWith("fields.")).map((part) => part.slice("fields.".length));
  return [...new Set([...Object.keys(asset.fields), ...drafted])].toSorted((a, b) => a.localeCompare(b));
}

export function OwnFields({ resource, asset, allowed }: Props) {
  const [removed, setRemoved] = useState<{ name: string; value: string } | null>(null);
  const doing = useDoing();
  const put = (name: string, value: string | null): Promise<boolean> =>
    doing.run(name, async () => {
      await edit(resource, asset, () => ({ fields: { [name]: value } }));
      setRemoved(value === null ? { name, value: asset.fields[name] ?? "" } : null);
    });
  const names = namesOf(asset);
  return (
    <>
      {names.length > 0 && (
        <dl class="own-fields">
          {names.map((each) => <Row key={each} {...{ resource, asset, allowed }} name={each} remove={() => void put(each, null)} />)}
        </dl>
      )}
      {names.length === 0 && !allowed && <p class="quiet">{t("asset.none")}</p>}
      {removed && (
        <p class="row" role="status">{t("asset.field_removed", { name: removed.name })}
          <button class="button" onClick={() => void put(removed.name, removed.value)}>{t("action.undo")}</button></p>
      )}
      <Failures of={doing} />
      {allowed && <NewField asset={asset} put={put} />}
    </>
  );
}

function Row({ resource, asset, allowed, name, remove }: Props & { name: string; remove(): void }) {
  const part: Part = `fields.${name}`;
  const editing = useEditing(resource, asset, part);
  const discard = (): void => (editing.revert(), remove());
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <EditableText
          label={name} editing={editing} allowed={allowed} lines longest={LONGEST_VALUE}
          more={<button class="button quiet" onClick={discard}><Icon of={Trash2} />{t("asset.field_remove")}</button>}
        >
          <p class="text">{asset.fields[name] || <span class="quiet">{t("asset.emptied")}</span>}</p>
        </EditableText>
      </dd>
    </div>
  );
}

const NEW = "new-field";

function NewField({ asset, put }: { asset: Asset; put(name: string, value: string): Promise<boolean> }) {
  const [before] = useState(() => draftOf(asset.id, NEW));
  const [open, setOpen] = useState(before !== null);
  const [name, setName] = useState(before?.base ?? "");
  const [value, setValue] = useState(before?.mine ?? "");
  const [busy, setBusy] = useState(false);
  const id = useId();
  const keep = (nextName: string, nextValue: string): void => {
    setName(nextName);
    setValue(nextValue);
    keepDraft(asset.id, NEW, nextName || nextValue ? { base: nextName, mine: nextValue } : null);
  };
  const close = (): void => (keep("", ""), setOpen(false));
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    const saved = await put(name.trim(), value);
    setBusy(false);
    if (saved) close();
  };
  if (!open) return <div><button class="button quiet" onClick={() => setOpen(true)}><Icon of={Plus} />{t("asset.field_add")}</button></div>;
  const taken = Object.hasOwn(asset.fields, name.trim());
  return (
    <form class="stack new-field" onSubmit={(event) => void submit(event)} onKeyDown={(event) => void (event.key === "Escape" && close())}>
      <div class="field">
        <label for={`${id}-name`}>{t("asset.field_name")}</label>
        <input id={`${id}-name`} list={`${id}-known`} value={name} maxLength={LONGEST_NAME} required readOnly={busy} aria-invalid={taken ? "true" : undefined} aria-describedby={`${id}-told`} onInput={(event) => keep(event.currentTarget.value, value)} />
        <datalist id={`${id}-known`}>{["alt_text", "copyright", "photographer", "usage"].map((each) => <option key={each} value={each} />)}</datalist>
        <p id={`${id}-told`} class={taken ? "wrong" : "hint"}>{t(taken ? "asset.field_taken" : "asset.field_hint")}</p>
      </div>
      <div class="field">
        <label for={`${id}-value`}>{t("asset.field_value")}</label>
        <input id={`${id}-value`} value={value} maxLength={LONGEST_VALUE} readOnly={busy} onInput={(event) => keep(name, event.currentTarget.value)} />
      </div>
      <div class="row">
        <button class="button primary" aria-disabled={busy || undefined} disabled={taken || name.trim() === ""}>{t("action.save")}</button>
        <button type="button" class="button" onClick={close}>{t("action.cancel")}</button>
      </div>
    </form>
  );
}
