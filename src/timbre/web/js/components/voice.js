// Voices as they are shown everywhere: the round mark one is known by, and what is said of it.

import { make } from "../dom.js";
import * as format from "../format.js";
import { t } from "../i18n.js";

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
