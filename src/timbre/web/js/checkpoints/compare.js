// A checkpoint and its base say the same text by the same seed, with the figures of both.

import { button, figureList } from "../components/controls.js";
import { showFault } from "../components/fault.js";
import { html, make } from "../dom.js";
import { players } from "../training/said.js";
import { figuresOf } from "../training/words.js";
import { asking } from "./asking.js";

export async function compareDialog(context, checkpoint) {
  const { api, t, dialog } = context;
  const asked = await asking(context, checkpoint);
  const faults = make("div");
  const heard = html`<div class="takes" aria-live="polite"></div>`;
  const go = html`<button type="submit" class="btn btn-primary">${t("checkpoints.compareGo")}</button>`;
  const stop = new AbortController();
  const one = (kind, take) => html`<section class="take"><h3 class="fs-6 m-0">${t(`checkpoints.take_${kind}`)}</h3>${players([[t("training.output"), take.url, t(`checkpoints.take_${kind}`)]])}${figureList(figuresOf(take))}${take.heard && html`<p class="small text-body-secondary m-0">${t("training.heard", { text: take.heard })}</p>`}</section>`;
  const box = dialog(t("checkpoints.compareTitle"), {
    wide: true,
    body: html`<div class="d-grid gap-3">${faults}${asked.element}${heard}</div>`,
    foot: [button(t("common.close"), () => box.hide(), "btn-link"), go],
    async submit() {
      showFault(faults);
      go.disabled = true;
      heard.textContent = t("checkpoints.working");
      try {
        const job = await api.post("/training/inference/ab-test", asked.body());
        const { result } = await context.ended(job.id, () => {}, stop.signal);
        heard.replaceChildren(one("base", result.base), one("tuned", result.tuned));
      } catch (fault) {
        heard.replaceChildren();
        if (!api.isAbort(fault)) showFault(faults, fault);
      }
      go.disabled = false;
    },
  });
  box.show();
  await box.closed;
  stop.abort();
}
