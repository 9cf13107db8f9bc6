// What a run is called.

import * as api from "../api.js";
import { field } from "../components/controls.js";
import { showFault } from "../components/fault.js";
import { html, make } from "../dom.js";
import { t } from "../i18n.js";
import { dialog } from "../shell/dialogs.js";

const LONGEST = 200;

/** A promise of the run as it is called now; null where nothing was changed. */
export function renameDialog(run) {
  const name = make("input", { className: "form-control", value: run.name, maxLength: LONGEST, required: true });
  name.toggleAttribute("autofocus", true);
  const faults = make("div");
  const go = html`<button type="submit" class="btn btn-primary">${t("training.renameGo")}</button>`;
  let changed = null;
  async function submit() {
    if (go.disabled) return;
    showFault(faults);
    if (!name.value.trim()) return showFault(faults, { message: t("training.nameMissing") });
    go.disabled = true;
    try {
      changed = await api.patch(`/training/runs/${encodeURIComponent(run.id)}`, { name: name.value.trim() });
      box.hide();
    } catch (fault) {
      showFault(faults, fault);
    } finally {
      go.disabled = false;
    }
  }
  const no = html`<button type="button" class="btn btn-link" data-bs-dismiss="modal">${t("common.cancel")}</button>`;
  const box = dialog(t("training.renameTitle"), { body: html`<div class="d-grid gap-3">${faults}${field(t("training.name"), name)}</div>`, foot: [no, go], submit });
  box.show();
  return box.closed.then(() => changed);
}
