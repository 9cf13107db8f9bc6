// A text for a checkpoint; and, where it came without recordings, the voice that it speaks after.

import { choice, field } from "../components/controls.js";
import { html } from "../dom.js";

/** { element, body() } */
export async function asking({ api, t }, checkpoint) {
  const text = html`<textarea class="form-control" rows="3" autofocus></textarea>`;
  text.value = t("checkpoints.sentence");
  const { items } = await api.get("/voices");
  const after = choice([["", checkpoint.run_id ? t("checkpoints.recordings") : t("checkpoints.chooseVoice")], ...items.filter(({ kind }) => kind === "cloned").map(({ id, name }) => [id, name])]);
  return {
    element: html`<div class="d-grid gap-3">${field(t("checkpoints.text"), text)}${field(t("checkpoints.after"), after)}</div>`,
    body: () => ({ checkpoint_id: checkpoint.id, text: text.value, ...(after.value ? { clips_of: after.value } : {}) }),
  };
}
