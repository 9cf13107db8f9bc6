// A checkpoint becomes a voice, or a model.

import { button, choice, field } from "../components/controls.js";
import { showFault } from "../components/fault.js";
import { html, make } from "../dom.js";

/** A promise of whether it became one. */
export async function promoteDialog(context, checkpoint) {
  const { api, t, dialog, toast } = context;
  const kinds = checkpoint.kind === "adapter" ? ["voice", "model"] : ["model"];
  const kind = choice(kinds.map((one) => [one, t(`checkpoints.as_${one}`)]), kinds[0]);
  const name = html`<input class="form-control" maxlength="100" autofocus>`;
  const { items } = await api.get("/languages");
  const language = choice([["", t("checkpoints.itsOwn")], ...items.map(({ code, own_name: own }) => [code, own])], checkpoint.language ?? "");
  const consent = html`<textarea class="form-control" rows="2"></textarea>`;
  const faults = make("div");
  const person = field(t("checkpoints.consent"), consent, t("checkpoints.consentAbout"));
  const showKind = () => { person.hidden = kind.value === "model"; };
  kind.addEventListener("change", showKind);
  showKind();
  const go = html`<button type="submit" class="btn btn-primary">${t("checkpoints.promote")}</button>`;
  let made = false;
  const box = dialog(t("checkpoints.promoteTitle"), {
    body: html`<div class="d-grid gap-3">${faults}${field(t("checkpoints.become"), kind)}${field(t("checkpoints.name"), name)}${field(t("checkpoints.language"), language)}${person}</div>`,
    foot: [button(t("common.cancel"), () => box.hide(), "btn-link"), go],
    async submit() {
      showFault(faults);
      go.disabled = true;
      const body = { kind: kind.value, name: name.value.trim() };
      if (language.value) body.language = language.value;
      if (kind.value === "voice") body.consent = consent.value.trim();
      try {
        const { job } = await api.post(`/training/checkpoints/${encodeURIComponent(checkpoint.id)}/promote`, body);
        if (job) await context.ended(job.id);
        made = true;
        toast("success", t(`checkpoints.made_${kind.value}`, { name: body.name }));
        box.hide();
      } catch (fault) {
        showFault(faults, fault);
      }
      go.disabled = false;
    },
  });
  box.show();
  await box.closed;
  return made;
}
