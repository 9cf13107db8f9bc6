// A checkpoint as files for other programs.

import { button, choice, field } from "../components/controls.js";
import { html } from "../dom.js";

/** A promise of the form that it is wanted in; undefined where it is not. */
export async function takeOutDialog({ t, dialog }, checkpoint) {
  const forms = checkpoint.kind === "adapter" ? ["model", "adapter"] : ["model"];
  const form = choice(forms.map((one) => [one, t(`checkpoints.form_${one}`)]), forms[0]);
  form.toggleAttribute("autofocus", true);
  let chosen;
  const box = dialog(t("checkpoints.takeOutTitle"), {
    body: field(t("checkpoints.form"), form, t("checkpoints.formAbout")),
    foot: [button(t("common.cancel"), () => box.hide(), "btn-link"), html`<button type="submit" class="btn btn-primary">${t("checkpoints.takeOut")}</button>`],
    submit: () => { chosen = form.value; box.hide(); },
  });
  box.show();
  await box.closed;
  return chosen;
}
