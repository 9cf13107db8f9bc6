// A progress bar that says how far it is, and how long it takes yet.

import { html } from "../dom.js";
import * as format from "../format.js";
import { t } from "../i18n.js";

/**
 * { element, update(share, eta_s, note) }. share: 0 to 1, undefined: not known. Without eta_s it is
 * estimated by the pace so far, once that tells anything.
 */
export function progressBar(label) {
  const element = html`<div class="progress-line"><div class="progress" role="progressbar" aria-label="${label}" aria-valuemin="0" aria-valuemax="100"><div class="progress-bar"></div></div><span class="small text-body-secondary tabular"></span></div>`;
  const [bar, words] = element.children;
  let begun = null;
  return {
    element,
    update(share, eta_s, note = "") {
      begun ??= { at: Date.now(), share: share ?? 0 };
      const known = share !== undefined && share !== null;
      bar.classList.toggle("unknown", !known);
      bar.firstElementChild.style.width = known ? `${100 * share}%` : "100%";
      if (known) bar.ariaValueNow = Math.round(100 * share);
      else bar.removeAttribute("aria-valuenow");
      const passed = (Date.now() - begun.at) / 1000;
      const left = eta_s ?? (known && passed > 2 && share > begun.share + 0.02 ? (passed * (1 - share)) / (share - begun.share) : undefined);
      words.textContent = [note, known ? format.percent(share) : "", left > 0.5 ? t("common.left", { time: format.seconds(left, 0) }) : ""].filter(Boolean).join(" · ");
    },
  };
}
