// A checkpoint says whatever is typed, without having been made anything.

import { button } from "../components/controls.js";
import { clip } from "../components/clip.js";
import { showFault } from "../components/fault.js";
import { asking } from "./asking.js";
import { html, make } from "../dom.js";

export async function hearDialog(context, checkpoint) {
  const { api, t, dialog } = context;
  const asked = await asking(context, checkpoint);
  const faults = make("div");
  const heard = make("div", { ariaLive: "polite" });
  const go = html`<button type="submit" class="btn btn-primary">${t("checkpoints.speak")}</button>`;
  const stop = new AbortController();
  let url = "";
  const box = dialog(t("checkpoints.hearTitle"), {
    body: html`<div class="d-grid gap-3">${faults}${asked.element}${heard}</div>`,
    foot: [button(t("common.close"), () => box.hide(), "btn-link"), go],
    async submit() {
      showFault(faults);
      heard.textContent = t("checkpoints.working");
      go.disabled = true;
      try {
        const answer = await api.stream("/training/inference/synthesize", { ...asked.body(), format: "wav" }, stop.signal);
        if (answer.status === 202) url = (await context.ended((await answer.json()).id, () => {}, stop.signal)).result.url;
        else url = URL.createObjectURL(await answer.blob());
        const player = clip(url, t("checkpoints.take"));
        heard.replaceChildren(player.element);
        player.play();
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
  heard.querySelector("audio")?.pause();
  if (url.startsWith("blob:")) URL.revokeObjectURL(url);
}
