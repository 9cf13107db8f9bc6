// The licence of a model: shown whole, accepted by a tick, and recorded by the service.

import * as api from "../api.js";
import { tick } from "../components/controls.js";
import { showFault } from "../components/fault.js";
import { html, make } from "../dom.js";
import * as format from "../format.js";
import { t } from "../i18n.js";
import { dialog } from "../shell/dialogs.js";

/** Shows what a model comes under. Where it has to be accepted: a promise of whether it now is. */
export async function showLicence(model) {
  const path = `/models/${encodeURIComponent(model.id)}/licence`;
  const found = await api.get(path);
  const asks = found.needed && !found.accepted;
  const agree = tick(t("models.agree", { model: model.id }), false, (on) => { go.disabled = !on; });
  const go = html`<button type="submit" class="btn btn-primary" disabled>${t("models.acceptAndInstall")}</button>`;
  const away = html`<button type="button" class="btn btn-link" data-bs-dismiss="modal">${t(asks ? "common.cancel" : "common.close")}</button>`;
  const faults = make("div", { className: "mt-3" });
  const link = found.url && html`<p><a href="${found.url}" target="_blank" rel="noreferrer">${t("models.licenceWhole")}</a></p>`;
  const text = found.text ? html`<pre class="licence" tabindex="0" role="region" aria-label="${t("models.licence")}">${found.text}</pre>` : html`<p>${found.name ?? t("models.licenceUnknown")}</p>`;
  const accepted = found.accepted_at && html`<p class="small text-body-secondary mb-0">${t("models.acceptedOn", { when: format.dateTime(found.accepted_at), who: found.accepted_by ?? "" })}</p>`;
  let yes = false;
  const box = dialog(t("models.licenceOf", { model: model.id }), {
    body: html`<div><p class="fw-semibold">${found.name ?? ""}</p>${text}${link}${accepted}${asks && agree.element}${faults}</div>`,
    foot: asks ? [away, go] : [away],
    wide: true,
    submit: accept,
  });
  async function accept() {
    if (!asks || !agree.input.checked) return;
    go.disabled = true;
    showFault(faults);
    try {
      await api.post(path);
      yes = true;
      box.hide();
    } catch (fault) {
      showFault(faults, fault);
      go.disabled = false;
    }
  }
  box.show();
  await box.closed;
  return yes;
}
