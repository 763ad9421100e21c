// Before anything is sent: what belongs to all of these files at once. Enter sends; everything can be edited later.
import { useState } from "preact/hooks";
import { api, asked } from "../../api/client";
import { many, size, t } from "../../lib/i18n";
import { preparing, remove, send, tooMany } from "../../state/uploads";
import { MOST_FILES } from "../../state/uploading/drops";
import type { Upload } from "../../state/uploading/upload";
import { Dialog } from "../dialog";
import { Field } from "../field";
import { Known } from "./known";
import { problemOf } from "./words";
import { Thumb } from "./thumb";
import { Tokens } from "./tokens";

const MOST_ROWS = 40;
const FEW = 12;

export function Prepare() {
  const [tags, setTags] = useState<readonly string[]>([]);
  const [campaigns, setCampaigns] = useState<readonly string[]>([]);
  const [too, setToo] = useState(false);
  const [title, setTitle] = useState<string>();
  const all = preparing.value;
  const only = all.length === 1 ? all[0] : undefined;
  const known = all.filter((each) => each.now.phase === "known");
  const good = all.filter((each) => each.now.phase !== "failed" && (too || each.now.phase !== "known"));
  const bytes = good.reduce((sum, each) => sum + each.entry.size, 0);
  const close = (): void => preparing.peek().forEach(remove);
  const submit = (event: Event): void => (event.preventDefault(), send(good, { tags, campaigns, ...(only && title !== undefined ? { title } : {}) }));
  return (
    <Dialog title={many("upload.prepare", all.length)} onClose={close}>
      <form id="prepare" class="prepare" onSubmit={submit}>
        {only ? <One of={only} title={title} change={setTitle} /> : <List of={all} />}
        {known.length > 0 && (
          <label class="too"><input type="checkbox" checked={too} onChange={() => setToo(!too)} />{only ? t("upload.anyway") : many("upload.known_too", known.length)}</label>
        )}
        {tooMany.value && <p class="wrong">{t("upload.too_many", { most: MOST_FILES })}</p>}
        <Tokens label={t("upload.tags")} values={tags} change={setTags} suggest={suggestTags} />
        <Tokens label={t("upload.campaigns")} values={campaigns} change={setCampaigns} suggest={suggestCampaigns} hint={t("upload.campaigns_hint")} />
        <footer>
          <button type="button" class="button" onClick={close}>{t("action.cancel")}</button>
          <button class="button primary" disabled={good.length === 0} autofocus>{many("upload.send", good.length, { size: size(bytes) })}</button>
        </footer>
      </form>
    </Dialog>
  );
}

const titleOf = ({ entry }: Upload): string => entry.name.replace(/(?!^)\.[^.]*$/, "");

function One({ of, title, change }: { of: Upload; title: string | undefined; change(title: string): void }) {
  return (
    <div class="prepare-one">
      <Thumb file={of.file} type={of.entry.type} />
      <div class="stack">
        <Field label={t("upload.title")} value={title ?? titleOf(of)} change={change} maxLength={500} />
        <Said of={of} />
      </div>
    </div>
  );
}

/** What there is something to say about comes first. */
const rank = ({ now }: Upload): number => ["failed", "known"].includes(now.phase) ? 0 : 1;

function List({ of }: { of: readonly Upload[] }) {
  return (
    <>
      <ul class="prepare-list">
        {of.toSorted((one, other) => rank(one) - rank(other)).slice(0, MOST_ROWS).map((each) => (
          <li key={each.entry.id}><Thumb file={each.file} type={each.entry.type} /><div class="what"><span class="name" title={each.entry.name}>{each.entry.name}</span><Said of={each} /></div></li>
        ))}
        {of.length > MOST_ROWS && <li class="more quiet">{t("upload.more", { count: of.length - MOST_ROWS })}</li>}
      </ul>
      <p class="hint">{t("upload.titles")}</p>
    </>
  );
}

/** What is known of it by now. */
function Said({ of: { now, entry } }: { of: Upload }) {
  if (now.error) return <p class="wrong">{problemOf(now.error)}</p>;
  if (now.phase === "known") return <Known of={now} />;
  return <p class="quiet">{[entry.folder, size(entry.size)].filter(Boolean).join(" · ")}</p>;
}

async function suggestTags(prefix: string, signal: AbortSignal): Promise<readonly string[]> {
  const found = await asked(api.GET("/api/v1/tags", { params: { query: { prefix, limit: FEW } }, signal }));
  return found.data.map((each) => each.name);
}

const MOST_CAMPAIGNS = 200;

async function suggestCampaigns(beginning: string, signal: AbortSignal): Promise<readonly string[]> {
  const found = await asked(api.GET("/api/v1/campaigns", { params: { query: { limit: MOST_CAMPAIGNS } }, signal }));
  const begun = beginning.toLocaleLowerCase();
  return found.data.map((each) => each.name).filter((each) => each.toLocaleLowerCase().includes(begun)).slice(0, FEW);
}
