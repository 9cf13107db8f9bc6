// The voices as cards: choose one, hear it, remove one that was made here.

import { call, read } from "./api.js";
import { $, hideFault, make, showFault } from "./dom.js";
import { number, t } from "./i18n.js";

let voices = [];
let sample = null; // the preview that is playing, and its button

export const chosen = () => voices.find((voice) => voice.id === document.querySelector("#voices input:checked")?.value);

export const all = () => voices;

export async function load() {
  voices = (await read("/voices")).items;
  $("mix-open").disabled = voices.length < 2;
  show();
}

export function choose(id) {
  localStorage.setItem("timbre.voice", id);
  show();
  document.querySelector("#voices .voice:has(input:checked)")?.scrollIntoView({ block: "nearest" });
}

export function show() {
  const wanted = localStorage.getItem("timbre.voice");
  const chosenId = voices.some((voice) => voice.id === wanted) ? wanted : voices[0]?.id;
  $("voices").replaceChildren(...voices.map((voice) => card(voice, voice.id === chosenId)));
  if (!voices.length) $("voices").append(make("p", { className: "text-body-secondary mb-0", textContent: t("noVoices") }));
}

function card(voice, checked) {
  const input = make("input", { type: "radio", name: "voice", value: voice.id, checked });
  input.addEventListener("change", () => localStorage.setItem("timbre.voice", voice.id));
  const who = make("span", { className: "who" }, make("b", { textContent: voice.name }), make("small", { textContent: about(voice) }));
  const label = make("label", { className: "voice", title: about(voice) }, input, face(voice), who, hearButton(voice));
  if (voice.kind !== "built-in") label.append(removeButton(voice));
  return label;
}

/** The round mark that a voice is known by. */
export function face(voice) {
  const mark = make("span", { className: "face", textContent: initials(voice.name), ariaHidden: "true" });
  mark.style.setProperty("--hue", hue(voice.id));
  return mark;
}

function about(voice) {
  if (voice.about) return voice.about;
  if (voice.parts) return voice.parts.map((part) => `${number(part.weight * 100)}% ${part.name}`).join(", ");
  return t(voice.kind === "cloned" ? "cloned" : "builtIn");
}

function hearButton(voice) {
  const button = iconButton("M8 5v14l11-7Z", t("preview", { name: voice.name }), "play");
  button.addEventListener("click", (event) => {
    event.preventDefault();
    const again = sample?.button === button;
    sample?.audio.pause();
    sample?.button.removeAttribute("aria-pressed");
    sample = null;
    if (again) return;
    sample = { button, audio: new Audio(`/voices/${encodeURIComponent(voice.id)}/preview`) };
    button.ariaPressed = "true";
    sample.audio.onended = () => button.removeAttribute("aria-pressed");
    sample.audio.play().catch(() => button.removeAttribute("aria-pressed"));
  });
  return button;
}

function removeButton(voice) {
  const button = iconButton("M6 6l12 12M18 6 6 18", t("remove", { name: voice.name }), "");
  button.addEventListener("click", async (event) => {
    event.preventDefault();
    if (!confirm(question(voice))) return;
    hideFault($("fault"));
    try {
      await call(`/voices/${encodeURIComponent(voice.id)}`, { method: "DELETE" });
    } catch (fault) {
      showFault($("fault"), fault);
    }
    await load();
  });
  return button;
}

/** What is asked before a voice goes: also what becomes of the mixes that it is in. */
function question(voice) {
  if (voice.parts) return t("removeMixSure", { name: voice.name });
  const mixes = voices.filter((other) => other.parts?.some((part) => part.id === voice.id)).map((other) => other.name);
  return [t("removeSure", { name: voice.name }), ...(mixes.length ? [t("removePartOf", { mixes: mixes.join(", ") })] : [])].join(" ");
}

function iconButton(path, label, kind) {
  const button = make("button", { type: "button", className: "icon-button", ariaLabel: label, title: label });
  const space = "http://www.w3.org/2000/svg";
  const picture = document.createElementNS(space, "svg");
  for (const [key, value] of Object.entries({ viewBox: "0 0 24 24", width: 16, height: 16, class: kind })) picture.setAttribute(key, value);
  const line = document.createElementNS(space, "path");
  line.setAttribute("d", path);
  picture.append(line);
  button.append(picture);
  return button;
}

const initials = (name) => name.split(/\s+/).map((word) => [...word][0] ?? "").slice(0, 2).join("").toUpperCase();

/** A voice's colour, from its id. */
export function hue(id) {
  let sum = 0;
  for (const letter of id) sum = (sum * 31 + letter.codePointAt(0)) % 360;
  return (sum * 137) % 360;
}
