// Buttons that play a file of the service. One sounds at a time, on the whole page.

import { t } from "../i18n.js";
import { icon, iconButton } from "./icons.js";

let sounding = null; // { audio, stop }

/** Silences whatever a button plays. Pages call it when they are left. */
export const silence = () => sounding?.stop();

/** A round button that plays a URL, or what a function gives (a URL, or a promise of one), and stops at a second press. */
export function playButton(source, label, { failed = () => {} } = {}) {
  const button = iconButton("play", label);
  const show = (playing) => {
    button.ariaPressed = playing;
    button.replaceChildren(icon(playing ? "stop" : "play"));
  };
  show(false);
  button.addEventListener("click", async (event) => {
    event.preventDefault();
    event.stopPropagation();
    const again = sounding?.button === button;
    silence();
    if (again) return;
    const audio = new Audio();
    const mine = { button, audio, stop: () => { audio.pause(); show(false); if (sounding === mine) sounding = null; } };
    sounding = mine;
    show(true);
    audio.onended = mine.stop;
    try {
      const url = typeof source === "function" ? await source() : source;
      if (sounding !== mine) return;
      audio.src = url;
      await audio.play();
    } catch (fault) {
      if (sounding !== mine) return;
      mine.stop();
      failed(fault.code ? fault : { message: t("common.cannotPlay") });
    }
  });
  return button;
}
