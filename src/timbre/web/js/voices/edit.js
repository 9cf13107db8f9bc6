// The dialog that changes what is told of a voice.

import { patch } from "../api.js";
import { showFault } from "../components/fault.js";
import { html, make, options } from "../dom.js";
import { t } from "../i18n.js";
import { dialog } from "../shell/dialogs.js";

/** Shows the dialog; a promise of the voice as it is now, or null. languages: [[code, name]]. */
export async function editDialog(voice, languages) {
  let changed = null;
  const name = html`<input id="edit-name" class="form-control" maxlength="80" required value="${voice.name}" autofocus>`;
  const language = html`<select id="edit-language" class="form-select"></select>`;
  const about = html`<textarea id="edit-about" class="form-control" rows="2" maxlength="200" placeholder="${t("voices.aboutHint")}"></textarea>`;
  const faults = make("div", { className: "mt-3" });
  const go = html`<button class="btn btn-primary" type="submit">${t("voices.save")}</button>`;
  about.value = voice.about ?? "";
  const known = languages.some(([code]) => code === voice.language);
  options(language, known || !voice.language ? languages : [...languages, [voice.language, voice.language]], voice.language);
  const body = html`
    <div class="row g-3">
      <div class="col-sm-7"><label class="form-label" for="edit-name">${t("voices.name")}</label>${name}</div>
      <div class="col-sm-5"><label class="form-label" for="edit-language">${t("voices.language")}</label>${language}</div>
      <div class="col-12"><label class="form-label" for="edit-about">${t("voices.about")}</label>${about}</div>
    </div>
    ${faults}`;
  const cancel = html`<button class="btn btn-link" type="button" data-bs-dismiss="modal">${t("common.cancel")}</button>`;
  const box = dialog(t("voices.editTitle", { name: voice.name }), { body, foot: [cancel, go], submit: keep });

  async function keep() {
    showFault(faults);
    if (!name.value.trim()) {
      name.focus();
      return showFault(faults, { message: t("voices.needName") });
    }
    go.disabled = true;
    try {
      changed = await patch(`/voices/${encodeURIComponent(voice.id)}`, { name: name.value.trim(), language: language.value || undefined, about: about.value.trim() });
      box.hide();
    } catch (fault) {
      showFault(faults, fault);
    } finally {
      go.disabled = false;
    }
  }

  box.show();
  await box.closed;
  return changed;
}
