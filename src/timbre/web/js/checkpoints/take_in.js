// A checkpoint that was made elsewhere.

import { button, choice, field } from "../components/controls.js";
import { showFault } from "../components/fault.js";
import { progressBar } from "../components/progress.js";
import { html, make } from "../dom.js";

/** A promise of whether one came in. */
export async function takeInDialog(context) {
  const { api, t, dialog, toast } = context;
  const file = html`<input class="form-control" type="file" accept=".safetensors,.pth,.pt">`;
  const name = html`<input class="form-control" maxlength="100">`;
  const { items: models } = await api.get("/models");
  const base = choice([["", t("checkpoints.baseUsual")], ...models.filter((one) => one.installed).map(({ id }) => [id, id])]);
  const alpha = html`<input class="form-control" type="number" min="0" step="any">`;
  const faults = make("div");
  const bar = progressBar(t("checkpoints.takeIn"));
  bar.element.hidden = true;
  const go = html`<button type="submit" class="btn btn-primary">${t("checkpoints.takeIn")}</button>`;
  const stop = new AbortController();
  let came = false;
  const box = dialog(t("checkpoints.takeInTitle"), {
    firm: true,
    body: html`<div class="d-grid gap-3">${faults}${field(t("checkpoints.file"), file, t("checkpoints.fileAbout"))}${field(t("checkpoints.name"), name)}${field(t("checkpoints.base"), base)}${field(t("checkpoints.alpha"), alpha, t("checkpoints.alphaAbout"))}${bar.element}</div>`,
    foot: [button(t("common.cancel"), () => box.hide(), "btn-link"), go],
    async submit() {
      showFault(faults);
      if (!file.files.length) return showFault(faults, { message: t("checkpoints.fileMissing") });
      const form = new FormData();
      form.append("file", file.files[0]);
      for (const [key, input] of Object.entries({ name, base, alpha })) if (input.value.trim()) form.append(key, input.value.trim());
      go.disabled = true;
      bar.element.hidden = false;
      try {
        const { data } = await api.upload("/training/checkpoints", form, { progress: (share) => bar.update(share / 2), signal: stop.signal });
        await context.ended(data.id, (job) => bar.update(0.5 + job.progress / 2, job.eta_s, job.note), stop.signal);
        came = true;
        toast("success", t("checkpoints.takenIn"));
        box.hide();
      } catch (fault) {
        if (!api.isAbort(fault)) showFault(faults, fault);
      }
      go.disabled = false;
      bar.element.hidden = true;
    },
  });
  box.show();
  await box.closed;
  stop.abort();
  return came;
}
