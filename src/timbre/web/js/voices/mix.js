// The dialog that makes a voice of others: a row a voice with its share, heard before it is kept.

import { isAbort, post, stream } from "../api.js";
import { silence } from "../components/audio.js";
import { showFault } from "../components/fault.js";
import { face, hue } from "../components/voice.js";
import { html, make, options } from "../dom.js";
import * as format from "../format.js";
import { t } from "../i18n.js";
import { dialog } from "../shell/dialogs.js";

export const FEWEST = 2;
const MOST = 5;
const EVEN = 50; // where a slider begins

/** Shows the dialog; a promise of the voice that was made, or null. voices: all there are. languages: [[code, name]]. */
export async function mixDialog(voices, languages, firstId) {
  const first = voices.find((voice) => voice.id === firstId) ?? voices[0];
  let parts = [{ id: first.id, amount: EVEN }]; // amounts are the sliders', of which only the ratios count
  let hearing = null; // the preview that is made or plays: its AbortController, and its Audio
  let made = null;
  const named = (id) => voices.find((voice) => voice.id === id);
  const unused = () => voices.find((voice) => parts.every((part) => part.id !== voice.id));
  parts.push({ id: unused().id, amount: EVEN });

  const blend = html`<div class="blend" aria-hidden="true"></div>`;
  const list = html`<ul id="mix-parts" class="mix-parts"></ul>`;
  const add = html`<button id="mix-add" class="btn btn-sm btn-link p-0" type="button">${t("voices.mixAdd")}</button>`;
  const hear = html`<button id="mix-hear" class="btn btn-sm btn-outline-secondary ms-auto" type="button"></button>`;
  const name = html`<input id="mix-name" class="form-control" maxlength="80" required>`;
  const language = html`<select id="mix-language" class="form-select"></select>`;
  const faults = make("div", { id: "mix-fault", className: "mt-3" });
  const go = html`<button id="mix-go" class="btn btn-primary" type="submit">${t("voices.mixGo")}</button>`;
  options(language, languages, first.language);
  const body = html`
    <p class="text-body-secondary">${t("voices.mixLead")}</p>
    ${blend}${list}
    <div class="d-flex align-items-center mt-2">${add}${hear}</div>
    <div class="row g-3 mt-0">
      <div class="col-sm-7"><label class="form-label" for="mix-name">${t("voices.mixName")}</label>${name}</div>
      <div class="col-sm-5"><label class="form-label" for="mix-language">${t("voices.language")}</label>${language}</div>
    </div>
    ${faults}`;
  const cancel = html`<button class="btn btn-link" type="button" data-bs-dismiss="modal">${t("common.cancel")}</button>`;
  const box = dialog(t("voices.mixTitle"), { body, foot: [cancel, go], submit: keep, firm: true });
  box.element.id = "mix-dialog";

  // What is shown

  function show() {
    list.replaceChildren(...parts.map(row));
    blend.replaceChildren(...parts.map(() => make("i")));
    add.disabled = parts.length >= MOST || !unused();
    showShares();
  }

  function row(part, index) {
    const voice = named(part.id);
    const select = make("select", { className: "form-select form-select-sm", ariaLabel: t("voices.mixPart", { number: index + 1 }) });
    for (const other of voices) {
      const elsewhere = parts.some((known) => known !== part && known.id === other.id);
      select.append(make("option", { value: other.id, textContent: other.name, disabled: elsewhere }));
    }
    select.value = part.id;
    select.addEventListener("change", () => {
      part.id = select.value;
      show();
      list.children[index].querySelector("select").focus(); // the row was made anew
    });
    const slider = make("input", { type: "range", className: "form-range", min: 1, max: 99, value: part.amount, ariaLabel: t("voices.mixShare", { name: voice.name }) });
    slider.addEventListener("input", () => { part.amount = Number(slider.value); showShares(); });
    const away = make("button", { type: "button", className: "btn-close btn-sm", ariaLabel: t("voices.mixAway", { name: voice.name }), title: t("voices.mixAway", { name: voice.name }), disabled: parts.length <= FEWEST });
    away.addEventListener("click", () => {
      parts = parts.filter((other) => other !== part);
      show();
      add.focus();
    });
    return make("li", {}, face(voice), select, slider, make("output", { className: "tabular text-body-secondary" }), away);
  }

  function showShares() {
    const sum = parts.reduce((total, part) => total + part.amount, 0);
    parts.forEach((part, index) => {
      const share = format.percent(part.amount / sum);
      const line = list.children[index];
      line.querySelector("output").textContent = share;
      line.querySelector("input").ariaValueText = share;
      const bar = blend.children[index];
      bar.style.flexGrow = part.amount / sum;
      bar.style.setProperty("--hue", hue(part.id));
    });
  }

  function showHearing(key) {
    hear.textContent = t(key);
    hear.ariaPressed = Boolean(hearing);
  }

  // Hearing and keeping

  const wanted = () => ({ voices: parts.map(({ id, amount }) => ({ id, weight: amount })), language: language.value || undefined });

  async function play() {
    silence();
    const mine = { controller: new AbortController(), audio: null };
    hearing = mine;
    showFault(faults);
    showHearing("voices.mixThinking");
    try {
      const answer = await stream("/voices/mix/preview?format=wav", wanted(), mine.controller.signal);
      const url = URL.createObjectURL(await answer.blob());
      mine.audio = new Audio(url);
      mine.audio.onended = () => { if (hearing === mine) hush(); };
      if (hearing !== mine) return;
      showHearing("voices.mixStop");
      await mine.audio.play();
    } catch (fault) {
      if (hearing !== mine) return; // it was stopped
      hush();
      if (!isAbort(fault)) showFault(faults, fault);
    }
  }

  function hush() {
    hearing?.controller.abort();
    hearing?.audio?.pause();
    if (hearing?.audio) URL.revokeObjectURL(hearing.audio.src);
    hearing = null;
    showHearing("voices.mixHear");
  }

  async function keep() {
    showFault(faults);
    const called = name.value.trim();
    if (!called) {
      name.focus();
      return showFault(faults, { message: t("voices.mixNeedName") });
    }
    go.disabled = true;
    try {
      made = await post("/voices/mix", { name: called, ...wanted() });
      box.hide();
    } catch (fault) {
      showFault(faults, fault);
    } finally {
      go.disabled = false;
    }
  }

  add.addEventListener("click", () => {
    parts.push({ id: unused().id, amount: EVEN });
    show();
    list.lastElementChild.querySelector("select").focus();
  });
  hear.addEventListener("click", () => (hearing ? hush() : play()));
  show();
  showHearing("voices.mixHear");
  box.show();
  await box.closed;
  hush();
  return made;
}
