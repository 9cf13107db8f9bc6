// A refusal as people read it: its sentence, and what to do.

import { html } from "../dom.js";
import { t } from "../i18n.js";
import { icon } from "./icons.js";

/** The sentence and the hint of whatever was thrown. */
export function said(fault) {
  if (fault.code === "network") return { message: t("common.networkFault"), hint: t("common.networkHint") };
  return { message: fault.message || t("common.unknownFault"), hint: fault.hint ?? "" };
}

/** A panel with a refusal; with `again`, a button that tries anew. */
export function faultPanel(fault, again) {
  const { message, hint } = said(fault);
  const panel = html`<div class="alert alert-danger fault" role="alert">${icon("warning")}<div><strong>${message}</strong> <span>${hint}</span></div></div>`;
  if (again) {
    const button = html`<button type="button" class="btn btn-sm btn-outline-secondary ms-auto">${t("common.tryAgain")}</button>`;
    button.addEventListener("click", () => { panel.remove(); again(); });
    panel.append(button);
  }
  return panel;
}

/** Shows a refusal in an element that is there for it, instead of what it held; without one, empties it. */
export function showFault(place, fault, again) {
  place.replaceChildren(...(fault ? [faultPanel(fault, again)] : []));
}
