// What can be done with what is selected, and what came of it: at the bottom as long as it matters, never a message that
// vanishes by itself.
import { Download, FolderPlus, Tag, Tags, Trash2, X } from "lucide";
import { useState } from "preact/hooks";
import { Icon } from "../../components/icon";
import { sentence } from "../../components/problem";
import { many, t } from "../../lib/i18n";
import { may } from "../../state/session";
import { opposite, run, stop, task, type Change, type Task } from "./bulk";
import { download, AT_ONCE } from "./download";
import { NameDialog } from "./name-dialog";
import type { Asset } from "./results";
import { clear, MOST, selected } from "./selection";

interface Props {
  readonly total: number;
  selectAll(): Promise<void>;
  look(asset: Asset): void;
  /** These were changed so. */
  done(change: Change, assets: readonly Asset[]): void;
}

type Asking = "tag" | "untag" | "campaign";

export function SelectionBar({ total, selectAll, look, done }: Props) {
  const [asking, setAsking] = useState<Asking | null>(null);
  const [note, setNote] = useState("");
  const [gathering, setGathering] = useState(false);
  const assets = [...selected.value.values()];
  const now = task.value;
  if (assets.length === 0 && !now) return null;

  const act = async (change: Change, on: readonly Asset[], undoes = false): Promise<void> => {
    setAsking(null);
    setNote("");
    if (task.peek()?.running) return;
    const ended = await run(change, on, undoes);
    done(change, ended.done);
  };
  const gather = async (): Promise<void> => {
    setGathering(true);
    try { await selectAll(); } finally { setGathering(false); }
  };
  const busy = now?.running === true;
  const ask = (what: Asking): void => void (busy || setAsking(what));
  const approved = assets.filter((each) => each.approved);
  return (
    <section class="bar" aria-label={t("library.selection")}>
      {now && <Told task={now} undo={() => void act(opposite(now.change), now.done, true)} />}
      {note && <p role="status">{note}</p>}
      {assets.length > 0 && (
        <div class="tools">
          <p class="count" role="status">{many("library.selected", assets.length)}</p>
          {assets.length < Math.min(total, MOST) && (
            <button class="button quiet" aria-disabled={gathering} onClick={() => void (gathering || gather())}>
              {total > MOST ? t("library.select_first", { count: MOST }) : t("library.select_all", { count: total })}
            </button>
          )}
          {assets.length === 1 && <button class="button quiet" onClick={() => look(assets[0]!)}>{t("library.look")}</button>}
          <span class="grow" />
          <div class="actions">
          {may("contributor") && <>
            <button class="button" aria-disabled={busy} onClick={() => ask("tag")}><Icon of={Tag} />{t("library.add_tag")}</button>
            <button class="button" disabled={!assets.some((each) => each.tags.length > 0)} aria-disabled={busy} onClick={() => ask("untag")}><Icon of={Tags} />{t("library.remove_tag")}</button>
            <button class="button" aria-disabled={busy} onClick={() => ask("campaign")}><Icon of={FolderPlus} />{t("library.add_campaign")}</button>
          </>}
          <button
            class="button" disabled={approved.length === 0}
            onClick={() => setNote(many("library.downloading", download(approved)) + left(assets.length, approved.length))}
          ><Icon of={Download} />{t("library.download")}</button>
          {may("contributor") && (
            <button class="button" aria-disabled={busy} onClick={() => void act({ does: "trash" }, assets)}><Icon of={Trash2} />{t("library.trash")}</button>
          )}
          </div>
          <button class="button quiet" aria-label={t("library.unselect")} onClick={() => (clear(), setNote(""))}><Icon of={X} /></button>
        </div>
      )}
      {asking && <NameDialog does={asking} assets={assets} act={(name) => void act({ does: asking, name }, assets)} close={() => setAsking(null)} />}
    </section>
  );
}

/** What of it is not downloaded, and why. */
function left(all: number, approved: number): string {
  const without = all - approved;
  const later = Math.max(0, approved - AT_ONCE);
  return (without > 0 ? ` ${many("library.not_approved", without)}` : "") + (later > 0 ? ` ${t("library.at_once", { count: AT_ONCE })}` : "");
}

function Told({ task: now, undo }: { task: Task; undo(): void }) {
  const ended = now.done.length + now.failed.length;
  return (
    <div class="told">
      {now.running ? (
        <div class="tools">
          <progress value={ended} max={now.total} aria-label={t("library.progress")} />
          <span role="status">{t("library.progress_of", { done: ended, total: now.total })}</span>
          <button class="button quiet" onClick={stop}>{t("library.stop")}</button>
        </div>
      ) : (
        <div class="tools">
          <p role="status">{happened(now)}</p>
          {now.done.length > 0 && !now.undoes && <button class="button" onClick={undo}>{t("action.undo")}</button>}
          <span class="grow" />
          <button class="button quiet" aria-label={t("action.close")} onClick={() => void (task.value = null)}><Icon of={X} /></button>
        </div>
      )}
      {now.failed.length > 0 && (
        <div class="failures" role="alert">
          <p>{many("library.failures", now.failed.length)}</p>
          <ul>{now.failed.map(({ asset, error }) => <li key={asset.id}><a href={`/assets/${asset.id}`}>{asset.title}</a>: {sentence(error)}</li>)}</ul>
        </div>
      )}
    </div>
  );
}

function happened({ change, done, failed }: Task): string {
  if (done.length === 0 && failed.length === 0) return t("library.nothing_to_do");
  return many(`library.did.${change.does}`, done.length, { name: "name" in change ? change.name : "" });
}
