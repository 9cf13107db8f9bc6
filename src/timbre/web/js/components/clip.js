// A player of one file that the service has: it is fetched in ranges, so one can jump about in it before it is all here.

import { make } from "../dom.js";
import { clock } from "../format.js";
import { t } from "../i18n.js";
import { icon } from "./icons.js";

let playing = null; // one sounds at a time

/** label: what is played, for whoever does not see it. `fault` is told when the file cannot be had. */
export function clip(source, label, fault) {
  const audio = make("audio", { preload: "metadata" });
  if (source) audio.src = source;
  const press = make("button", { type: "button", className: "icon-button clip-press" });
  const seek = make("input", { type: "range", className: "form-range", min: 0, max: 1, step: 0.01, value: 0, disabled: true, ariaLabel: t("common.positionIn", { name: label }) });
  const time = make("span", { className: "clip-time tabular", textContent: "" });

  const show = () => {
    const long = Number.isFinite(audio.duration) ? audio.duration : 0;
    press.replaceChildren(icon(audio.paused ? "play" : "pause", 20));
    press.ariaLabel = press.title = t(audio.paused ? "common.playOf" : "common.pauseOf", { name: label });
    seek.disabled = !long;
    seek.max = long || 1;
    seek.value = audio.currentTime;
    seek.setAttribute("aria-valuetext", t("common.positionAt", { time: clock(audio.currentTime), whole: clock(long) }));
    time.textContent = long ? `${clock(audio.currentTime)} / ${clock(long)}` : "";
  };
  const play = () => {
    if (playing && playing !== audio) playing.pause();
    playing = audio;
    return audio.play().catch(() => {}); // what went wrong comes as an event of its own
  };
  press.addEventListener("click", () => (audio.paused ? play() : audio.pause()));
  seek.addEventListener("input", () => { audio.currentTime = Number(seek.value); });
  for (const name of ["play", "pause", "ended", "timeupdate", "loadedmetadata", "durationchange", "emptied"]) audio.addEventListener(name, show);
  audio.addEventListener("error", () => audio.getAttribute("src") && fault?.());
  show();
  return {
    element: make("div", { className: "clip" }, press, seek, time, audio),
    audio,
    play,
    load(url) { audio.src = url; show(); },
    stop() {
      audio.pause();
      audio.removeAttribute("src");
      audio.load();
      if (playing === audio) playing = null;
    },
  };
}
