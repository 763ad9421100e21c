// A library without anything teaches by doing; a search without anything says what to loosen.
import { Upload } from "lucide";
import { api, asked } from "../../api/client";
import { Icon } from "../../components/icon";
import { t } from "../../lib/i18n";
import { may } from "../../state/session";
import { useResource } from "../../state/resource";
import { upload } from "../../state/uploads";
import { called } from "./facets";
import { coming, sendSamples } from "./samples";
import { choices, toggled, type View } from "./view";

export function EmptyLibrary() {
  // Only where there is something: whoever begins has no need of it.
  const trash = useResource("trash/any", (signal) => asked(api.GET("/api/v1/assets/trash", { params: { query: { limit: 1 } }, signal })));
  const trashed = (trash.data?.data.length ?? 0) > 0;
  if (!may("contributor")) return <div class="nothing-here"><h2>{t("library.empty_title")}</h2><p>{t("library.empty_viewer")}</p></div>;
  return (
    <div class="nothing-here first">
      <Icon of={Upload} size={32} />
      <h2>{t("library.empty_title")}</h2>
      <p>{t("library.empty_drop")}</p>
      <p class="row">
        <button class="button primary" onClick={choose}>{t("library.choose_files")}</button>
        <button class="button quiet" disabled={coming.value} onClick={() => void sendSamples()}>
          {t(coming.value ? "library.samples_coming" : "library.samples")}
        </button>
      </p>
      <p class="quiet">{t("library.empty_then")}</p>
      {trashed && <p><a class="quiet small" href="/trash">{t("library.in_trash")}</a></p>}
    </div>
  );
}

function choose(): void {
  const input = document.createElement("input");
  input.type = "file";
  input.multiple = true;
  input.onchange = () => upload([...(input.files ?? [])]);
  input.click();
}

export function NothingFound({ view, choose }: { view: View; choose(view: View): void }) {
  const chosen = choices(view);
  const words = view.words.trim();
  return (
    <div class="nothing-here">
      <h2>{t("library.none_title")}</h2>
      <p>{t(chosen.length > 0 ? "library.none_loosen" : "library.none_words")}</p>
      <ul class="row">
        {chosen.map(([facet, value]) => (
          <li key={facet + value}><button class="button" onClick={() => choose(toggled(view, facet, value))}>
            {t("library.without", { what: `${t(`library.facet.${facet}`)}: ${called(facet, value)}` })}
          </button></li>
        ))}
        {words && chosen.length > 0 && <li><button class="button" onClick={() => choose({ ...view, words: "" })}>{t("library.without", { what: `“${words}”` })}</button></li>}
        <li><button class="button" onClick={() => choose({ ...view, words: "", chosen: {} })}>{t("library.show_all")}</button></li>
      </ul>
    </div>
  );
}
