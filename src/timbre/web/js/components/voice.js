// Voices as they are shown everywhere: the round mark one is known by, and what is said of it.

import { make } from "../dom.js";
import * as format from "../format.js";
import { t } from "../i18n.js";
import { playButton } from "./audio.js";

const MANY = 9; // voices from which on they can be searched

/** The round mark that a voice is known by. */
export function face(voice) {
  const mark = make("span", { className: "face", textContent: initials(voice.name), ariaHidden: "true" });
  mark.style.setProperty("--hue", hue(voice.id));
  return mark;
}

/** What a voice is, in a few words: its description, its recipe, or where it comes from. */
export function about(voice) {
  if (voice.about) return voice.about;
  if (voice.parts) return voice.parts.map((part) => `${format.percent(part.weight)} ${part.name}`).join(", ");
  return kind(voice);
}

export const kind = (voice) => t(`common.voice_${voice.kind}`);

const initials = (name) => name.split(/\s+/).map((word) => [...word][0] ?? "").slice(0, 2).join("").toUpperCase();

/** A voice's colour, from its id. */
export function hue(id) {
  let sum = 0;
  for (const letter of id) sum = (sum * 31 + letter.codePointAt(0)) % 360;
  return (sum * 137) % 360;
}

/**
 * Voices to choose one of, each to be heard: { element, value (the voice), show(voices, chosenId, model) }; fine-tuned voices of another model cannot be chosen. `changed` hears the one chosen.
 * labelledBy: the id of the heading that says what is chosen here.
 */
export function voicePicker(labelledBy, changed, failed) {
  const list = make("div", { className: "voices", role: "radiogroup" });
  list.setAttribute("aria-labelledby", labelledBy);
  const search = make("input", { type: "search", className: "form-control form-control-sm mb-2", placeholder: t("common.searchVoices"), ariaLabel: t("common.searchVoices"), hidden: true });
  let voices = [];
  let loaded = "";
  const elsewhere = (voice) => voice.kind === "tuned" && voice.model && loaded && voice.model !== loaded;
  const card = (voice, checked) => {
    const away = elsewhere(voice);
    const input = make("input", { type: "radio", name: labelledBy, value: voice.id, checked, disabled: away });
    input.addEventListener("change", () => changed(voice));
    const who = make("span", { className: "who" }, make("b", { textContent: voice.name }), make("small", { textContent: away ? t("common.needsModel", { model: voice.model }) : about(voice) }));
    const label = make("label", { className: "voice-label", title: about(voice) }, input, face(voice), who);
    return make("div", { className: away ? "voice away" : "voice" }, label, playButton(`/voices/${encodeURIComponent(voice.id)}/preview`, t("common.hear", { name: voice.name }), { failed }));
  };
  search.addEventListener("input", () => {
    const wanted = search.value.trim().toLowerCase();
    [...list.children].forEach((one, index) => { one.hidden = !`${voices[index].name} ${about(voices[index])}`.toLowerCase().includes(wanted); });
  });
  return {
    element: make("div", {}, search, list),
    get value() { return voices.find((voice) => voice.id === list.querySelector("input:checked")?.value); },
    show(items, chosen, model = "") {
      voices = items;
      loaded = model;
      const able = items.filter((voice) => !elsewhere(voice));
      const id = able.some((voice) => voice.id === chosen) ? chosen : able[0]?.id;
      list.replaceChildren(...items.map((voice) => card(voice, voice.id === id)));
      search.hidden = items.length < MANY;
      const checked = list.querySelector(".voice:has(input:checked)");
      if (checked) list.scrollTop = checked.offsetTop - list.offsetTop - 4;
    },
  };
}
