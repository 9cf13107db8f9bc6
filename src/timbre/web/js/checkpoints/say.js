// A checkpoint says what is typed, without having been made anything: alone, or beside its base by the same seed.

import { clip } from "../components/clip.js";
import { button, choice, field, figureList } from "../components/controls.js";
import { showFault } from "../components/fault.js";
import { html, make } from "../dom.js";
import { players } from "../training/said.js";
import { figuresOf } from "../training/words.js";

export const hearDialog = (context, checkpoint) => sayDialog(context, checkpoint, false, "checkpoints.hearTitle", "checkpoints.speak", hear);
export const compareDialog = (context, checkpoint) => sayDialog(context, checkpoint, true, "checkpoints.compareTitle", "checkpoints.compareGo", compare);

/** say(context, body, signal) gives the elements of what was said. Where a checkpoint came without recordings, a voice that it speaks after is asked for. */
async function sayDialog(context, checkpoint, wide, title, action, say) {
  const { api, t, dialog } = context;
  const text = html`<textarea class="form-control" rows="3" autofocus></textarea>`;
  text.value = checkpoint.sample?.text ?? t("checkpoints.sentence"); // the former is in its language
  const after = await afterWhom(context, t(checkpoint.run_id ? "checkpoints.recordings" : "checkpoints.chooseVoice"));
  const faults = make("div");
  const heard = html`<div class="takes" aria-live="polite"></div>`;
  const go = html`<button type="submit" class="btn btn-primary">${t(action)}</button>`;
  const stop = new AbortController();
  const silence = () => { for (const audio of heard.querySelectorAll("audio")) { audio.pause(); URL.revokeObjectURL(audio.src); } };
  const box = dialog(t(title), {
    wide,
    body: html`<div class="d-grid gap-3">${faults}${field(t("checkpoints.text"), text)}${field(t("checkpoints.after"), after)}${heard}</div>`,
    foot: [button(t("common.close"), () => box.hide(), "btn-link"), go],
    async submit() {
      if (go.disabled) return;
      showFault(faults);
      silence();
      heard.textContent = t("checkpoints.working");
      go.disabled = true;
      try {
        heard.replaceChildren(...await say(context, { checkpoint_id: checkpoint.id, text: text.value, ...(after.value ? { clips_of: after.value } : {}) }, stop.signal));
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
  silence();
}

/** A list of the voices that were cloned here; `none` is what it is called that none of them is chosen. */
export async function afterWhom({ api }, none) {
  const { items } = await api.get("/voices");
  return choice([["", none], ...items.filter(({ kind }) => kind === "cloned").map(({ id, name }) => [id, name])]);
}

/** An adapter is heard at once, a whole model by a job. */
async function hear({ api, t, ended }, body, signal) {
  const answer = await api.stream("/training/inference/synthesize", { ...body, format: "wav" }, signal);
  const url = answer.status === 202 ? (await ended((await answer.json()).id, () => {}, signal)).result.url : URL.createObjectURL(await answer.blob());
  const player = clip(url, t("checkpoints.take"));
  player.play();
  return [player.element];
}

async function compare({ api, t, ended }, body, signal) {
  const job = await api.post("/training/inference/ab-test", body);
  const { result } = await ended(job.id, () => {}, signal);
  return ["base", "tuned"].map((kind) => {
    const { url, heard, ...figures } = result[kind];
    const word = t(`checkpoints.take_${kind}`);
    return html`<section class="take"><h3 class="fs-6 m-0">${word}</h3>${players([[t("training.output"), url, word]])}${figureList(figuresOf(figures))}${heard && html`<p class="small text-body-secondary m-0">${t("training.heard", { text: heard })}</p>`}</section>`;
  });
}
