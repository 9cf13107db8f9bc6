// A checkpoint becomes a voice, a new one or in the place of another, or a model.

import { button, choice, field, languageName } from "../components/controls.js";
import { showFault } from "../components/fault.js";
import { progressBar } from "../components/progress.js";
import { html, make } from "../dom.js";
import { afterWhom } from "./say.js";

const TAKEN_OVER = ["cloned", "tuned"];

/** changed() hears that it became one, also once the dialog is closed. Throws what asking for voices and models throws. */
export async function promoteDialog(context, checkpoint, changed) {
  const { api, t, dialog, toast } = context;
  const [{ items: voices }, { items: models }] = await Promise.all([api.get("/voices"), api.get("/models")]);
  const before = voices.filter((one) => TAKEN_OVER.includes(one.kind));
  const spoken = models.find(({ id }) => id === checkpoint.base)?.languages ?? [checkpoint.language].filter(Boolean);
  const kinds = checkpoint.kind === "adapter" ? ["voice", "model"] : ["model"];
  const kind = choice(kinds.map((one) => [one, t(`checkpoints.as_${one}`)]), kinds[0]);
  const place = choice([["", t("checkpoints.placeNew")], ...before.map(({ id, name }) => [id, name])]);
  const name = html`<input class="form-control" maxlength="100" autofocus>`;
  const person = html`<input class="form-control" maxlength="100">`;
  const language = choice([["", t(checkpoint.run_id ? "checkpoints.itsOwn" : "checkpoints.chooseLanguage")], ...spoken.map((code) => [code, languageName(code)])], "");
  const after = await afterWhom(context, t(checkpoint.run_id ? "checkpoints.recordings" : "checkpoints.chooseVoice"));
  const consent = html`<textarea class="form-control" rows="2"></textarea>`;
  const faults = make("div");
  const bar = progressBar(t("checkpoints.promote"));
  bar.element.hidden = true;
  const ofVoice = [field(t("checkpoints.place"), place, t("checkpoints.placeAbout")), field(t("checkpoints.consent"), consent, t("checkpoints.consentAbout"))];
  const ofModel = [field(t("checkpoints.person"), person, t("checkpoints.personAbout"))];
  const show = () => {
    const voice = kind.value === "voice";
    for (const one of ofVoice) one.hidden = !voice;
    for (const one of ofModel) one.hidden = voice;
    const former = voice && before.find(({ id }) => id === place.value);
    name.placeholder = former ? former.name : "";
    consent.placeholder = former ? t("checkpoints.asItWas") : "";
  };
  for (const one of [kind, place]) one.addEventListener("change", show);
  show();
  const go = html`<button type="submit" class="btn btn-primary">${t("checkpoints.promote")}</button>`;

  function wanted() {
    const given = kind.value === "voice" ? { voice_id: place.value, consent: consent.value.trim() } : { person: person.value.trim() };
    const all = { ...given, name: name.value.trim(), language: language.value, clips_of: after.value };
    return { kind: kind.value, ...Object.fromEntries(Object.entries(all).filter(([, value]) => value)) };
  }

  const box = dialog(t("checkpoints.promoteTitle"), {
    body: html`<div class="d-grid gap-3">${faults}${field(t("checkpoints.become"), kind)}${ofVoice[0]}${field(t("checkpoints.name"), name)}${ofModel}${field(t("checkpoints.language"), language)}${field(t("checkpoints.after"), after)}${ofVoice[1]}${bar.element}</div>`,
    foot: [button(t("common.close"), () => box.hide(), "btn-link"), go],
    async submit() {
      if (go.disabled) return;
      showFault(faults);
      go.disabled = true;
      const body = wanted();
      try {
        const { job } = await api.post(`/training/checkpoints/${encodeURIComponent(checkpoint.id)}/promote`, body);
        bar.element.hidden = !job;
        if (job) await context.ended(job.id, (now) => bar.update(now.progress, now.eta_s, now.note));
        toast("success", t(`checkpoints.made_${body.kind}`, { name: body.name ?? name.placeholder }));
        box.hide();
        await changed();
      } catch (fault) {
        showFault(faults, fault);
        if (!box.element.isConnected) toast("danger", fault);
      }
      bar.element.hidden = true;
      go.disabled = false;
    },
  });
  box.show();
}
