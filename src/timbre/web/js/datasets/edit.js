// Making a dataset, and changing what it is called and which language is spoken in it.

import * as api from "../api.js";
import { choice, field, languageName } from "../components/controls.js";
import { showFault } from "../components/fault.js";
import { html, make, options } from "../dom.js";
import { locale, t } from "../i18n.js";
import { dialog } from "../shell/dialogs.js";

/** A promise of the dataset that was made or changed; null where nothing was. */
export function editDialog(dataset) {
  const name = make("input", { className: "form-control", value: dataset?.name ?? "", maxLength: 200, required: true, autofocus: true });
  name.toggleAttribute("autofocus", true);
  const own = dataset?.language ?? locale().split("-")[0];
  const language = choice([[own, languageName(own)]], own); // the others are asked for
  const faults = make("div");
  const go = html`<button type="submit" class="btn btn-primary">${t(dataset ? "datasets.save" : "datasets.create")}</button>`;
  let made = null;
  async function submit() {
    if (go.disabled) return;
    showFault(faults);
    if (!name.value.trim()) return showFault(faults, { message: t("datasets.nameMissing") });
    go.disabled = true;
    try {
      const body = { name: name.value.trim(), language: language.value };
      made = dataset ? await api.patch(`/training/datasets/${encodeURIComponent(dataset.id)}`, body) : await api.post("/training/datasets", body);
      box.hide();
    } catch (fault) {
      showFault(faults, fault);
    } finally {
      go.disabled = false;
    }
  }
  const no = html`<button type="button" class="btn btn-link" data-bs-dismiss="modal">${t("common.cancel")}</button>`;
  const box = dialog(t(dataset ? "datasets.change" : "datasets.new"), {
    body: html`<div class="d-grid gap-3">${faults}${field(t("datasets.name"), name, t("datasets.nameAbout"))}${field(t("datasets.language"), language, t("datasets.languageAbout"))}</div>`,
    foot: [no, go],
    submit,
  });
  box.show();
  api.get("/languages", { query: { all: true } }).then(({ items }) => options(language, items.map(({ code }) => [code, languageName(code)]), language.value)).catch((fault) => showFault(faults, fault));
  return box.closed.then(() => made);
}
