// The dialog that makes a voice of recordings: files, or the microphone.

import { get, isAbort, upload } from "../api.js";
import { silence } from "../components/audio.js";
import { dropField } from "../components/drop.js";
import { showFault } from "../components/fault.js";
import { progressBar } from "../components/progress.js";
import { html, make, options } from "../dom.js";
import { t } from "../i18n.js";
import { ended } from "../live.js";
import { dialog } from "../shell/dialogs.js";
import { MOST, clipList } from "./clips.js";
import { recorder } from "./record.js";

const ACCEPTED = "audio/*,video/*,.opus,.flac,.m4a,.ogg,.wav,.mp3";
const LONGEST_NAME = 80;
let waiting = []; // files that were dropped before there was a dialog
let open = null; // the clips of the dialog that is open

/** Files dropped anywhere on the page. Says whether a dialog took them; else the next one will. */
export function offer(files) {
  if (open) open.add(files);
  else waiting.push(...files);
  return Boolean(open);
}

/** Shows the dialog; a promise of the voice that was made, or null. languages: [[code, name]]; language: the one to begin with. */
export async function cloneDialog(languages, language) {
  const stopping = new AbortController();
  let made = null;
  const name = html`<input id="clone-name" class="form-control" maxlength="${LONGEST_NAME}" required>`;
  const spoken = html`<select id="clone-language" class="form-select"></select>`;
  const consent = html`<input id="consent" class="form-check-input" type="checkbox" required>`;
  const note = html`<input id="consent-note" class="form-control form-control-sm" maxlength="300" placeholder="${t("voices.consentNoteHint")}">`;
  const faults = make("div", { id: "clone-fault" });
  const bar = progressBar(t("voices.cloneWorking"));
  bar.element.hidden = true;
  const go = html`<button id="clone-go" type="submit" class="btn btn-primary">${t("voices.cloneGo")}</button>`;
  const cancel = html`<button type="button" class="btn btn-link" data-bs-dismiss="modal">${t("common.cancel")}</button>`;
  const microphone = recorder((file) => clips.add([file], true));
  const clips = clipList(touched, () => microphone.start());
  const drop = dropField("files", t("voices.drop"), ACCEPTED, (files) => clips.add(files));
  options(spoken, languages, language);
  const body = html`
    <p class="text-body-secondary">${t("voices.cloneLead")}</p>
    <div class="sources">${drop}${microphone.element}</div>
    ${clips.element}
    <div class="row g-3 mt-0">
      <div class="col-sm-7"><label class="form-label" for="clone-name">${t("voices.cloneName")}</label>${name}</div>
      <div class="col-sm-5"><label class="form-label" for="clone-language">${t("voices.language")}</label>${spoken}</div>
    </div>
    <div class="form-check mt-3">${consent}<label class="form-check-label" for="consent">${t("voices.consent")}</label></div>
    <div class="mt-2"><label class="form-label" for="consent-note">${t("voices.consentNote")}</label>${note}</div>
    <div class="mt-3 d-grid gap-3">${faults}${bar.element}</div>`;
  const box = dialog(t("voices.cloneTitle"), { body, foot: [cancel, go], submit: send, wide: true, firm: true });
  box.element.id = "clone-dialog";
  spoken.addEventListener("change", () => microphone.show(spoken.value));
  microphone.show(spoken.value);

  function touched() {
    showFault(faults);
    const [first] = clips.files;
    if (!name.value && first && !first.name.startsWith(t("voices.recordingName", { number: "" }).trim())) name.value = first.name.replace(/\.\w+$/, "").slice(0, LONGEST_NAME);
  }

  /** What is still missing: a word of the keys voices.need…, and where to put it. */
  const missing = () =>
    [[!clips.files.length, "Files", drop.querySelector("input")], [clips.files.length > MOST, "Fewer", drop.querySelector("input")], [!name.value.trim(), "Name", name], [!consent.checked, "Consent", consent]].find(([is]) => is);

  async function send() {
    microphone.stop();
    silence();
    showFault(faults);
    const lack = missing();
    if (lack) {
      lack[2].focus();
      return showFault(faults, { message: t(`voices.need${lack[1]}`) });
    }
    busy(true);
    try {
      made = await makeVoice(form(), (share, eta, words) => bar.update(share, eta, words), stopping.signal);
      clips.clear();
      box.hide();
    } catch (fault) {
      if (isAbort(fault)) return;
      clips.blame(fault.message);
      showFault(faults, fault);
    } finally {
      busy(false);
    }
  }

  function form() {
    const data = new FormData();
    for (const file of clips.files) data.append("files", file);
    data.append("name", name.value.trim());
    data.append("language", spoken.value);
    data.append("consent", [t("voices.consent"), note.value.trim()].filter(Boolean).join(" "));
    return data;
  }

  function busy(is) {
    go.disabled = is;
    bar.element.hidden = !is;
    if (is) bar.update(0);
  }

  open = clips;
  box.show();
  if (waiting.length) clips.add(waiting.splice(0));
  await box.closed;
  open = null;
  stopping.abort();
  microphone.stop(false);
  silence();
  waiting = clips.files; // for the next time, where no voice came of them
  clips.clear();
  return made;
}

/** Sends the recordings. The service answers with the voice, or with a job that has it at its end. */
async function makeVoice(data, progress, signal) {
  const sent = (share) => progress(share < 1 ? share : undefined, undefined, t(share < 1 ? "voices.uploading" : "voices.cloneWorking"));
  const { status, location, data: answer } = await upload("/voices/clone", data, { progress: sent, signal });
  if (status !== 202) return answer;
  const id = answer?.id ?? location.split("/").at(-1);
  const job = await ended(id, (one) => progress(one.progress || undefined, one.eta_s, one.note ?? t("voices.cloneWorking")), signal);
  const voice = job.result?.voice ?? job.result?.voice_id ?? job.result;
  return typeof voice === "string" ? get(`/voices/${encodeURIComponent(voice)}`) : voice;
}
