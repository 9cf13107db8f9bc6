// The microphone: a sentence to read, how loud it is, and the recording as a file.

import { showFault } from "../components/fault.js";
import { icon } from "../components/icons.js";
import { html, make } from "../dom.js";
import * as format from "../format.js";
import { t } from "../i18n.js";
import { sentencesIn } from "./sentences.js";

const KINDS = [["audio/webm;codecs=opus", "webm"], ["audio/mp4", "m4a"], ["audio/ogg;codecs=opus", "ogg"]];
const BITS = 192_000;
const LOUD = 0.99; // of full scale
const QUIET_DB = -45;
const HEARD_S = 2; // before which nobody is told that they are quiet
const FLOOR_DB = -60; // where the meter begins
const LONGEST_S = 120;
// What makes calls pleasant makes voices worse: it is a recording that is wanted, not a call.
const RAW = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };

/** { element, show(language code), start(), stop() }. `taken` hears each recording as a File. */
export function recorder(taken) {
  const passage = html`<blockquote class="passage"></blockquote>`;
  const level = html`<div class="level" role="meter" aria-label="${t("voices.level")}" aria-valuemin="${FLOOR_DB}" aria-valuemax="0" aria-valuenow="${FLOOR_DB}"><i></i></div>`;
  const button = html`<button id="record" type="button" class="btn record"></button>`;
  const time = html`<span class="tabular text-body-secondary"></span>`;
  const warning = html`<span class="small warn" role="status"></span>`;
  const faults = make("div");
  const element = html`<section class="recorder" aria-label="${t("voices.recorder")}"><p class="small text-body-secondary mb-1">${t("voices.readThis")}</p>${passage}${level}<div class="d-flex flex-wrap align-items-center gap-3">${button}${time}${warning}</div>${faults}</section>`;
  let now = null; // what is being recorded: { stream, machine, context, stopped }
  let count = 0;

  function showButton() {
    button.replaceChildren(icon(now ? "stop" : "voices", 18), ` ${t(now ? "voices.recordStop" : "voices.record")}`);
    button.classList.toggle("recording", Boolean(now));
  }

  async function start() {
    if (now) return;
    showFault(faults);
    // Only https, and this machine itself, are places that a browser lends its microphone to.
    if (!isSecureContext || !navigator.mediaDevices) return showFault(faults, { message: t("voices.notSecure"), hint: t("voices.notSecureHint") });
    button.disabled = true;
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: RAW });
      if (!element.isConnected) return stop_(stream);
      begin(stream);
    } catch (fault) {
      const word = { NotAllowedError: "denied", NotFoundError: "noMicrophone" }[fault.name] ?? "microphoneFault";
      showFault(faults, { message: t(`voices.mic_${word}`), hint: t(`voices.mic_${word}Hint`) });
    } finally {
      button.disabled = false;
    }
  }

  function begin(stream) {
    const [type, ending] = KINDS.find(([kind]) => MediaRecorder.isTypeSupported(kind)) ?? ["", "webm"];
    const machine = new MediaRecorder(stream, { ...(type ? { mimeType: type } : {}), audioBitsPerSecond: BITS });
    const parts = [];
    const mine = { stream, machine, context: new AudioContext(), wanted: true };
    now = mine;
    machine.ondataavailable = ({ data }) => parts.push(data);
    machine.onstop = () => {
      finish(mine);
      if (mine.wanted) taken(new File(parts, `${t("voices.recordingName", { number: ++count })}.${ending}`, { type: type.split(";")[0] }));
    };
    machine.start();
    watch(mine);
    showButton();
  }

  /** Shows how loud it is, and says when that is too much or too little. */
  function watch(mine) {
    const { context, stream } = mine;
    const ear = context.createAnalyser();
    ear.fftSize = 2048;
    context.createMediaStreamSource(stream).connect(ear);
    const samples = new Float32Array(ear.fftSize);
    const begun = performance.now();
    let loudest_db = FLOOR_DB, clippedAt = -Infinity;
    const look = () => {
      if (now !== mine) return;
      ear.getFloatTimeDomainData(samples);
      const peak = samples.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      const power_db = 10 * Math.log10(samples.reduce((sum, value) => sum + value ** 2, 0) / samples.length + 1e-12);
      const passed = (performance.now() - begun) / 1000;
      loudest_db = Math.max(loudest_db, power_db);
      if (peak >= LOUD) clippedAt = passed;
      const share = Math.min(1, Math.max(0, 1 - power_db / FLOOR_DB));
      level.firstElementChild.style.transform = `scaleX(${share})`;
      level.classList.toggle("too-loud", passed - clippedAt < 2);
      level.ariaValueNow = Math.round(Math.max(FLOOR_DB, Math.min(0, power_db)));
      time.textContent = format.clock(passed);
      const word = passed - clippedAt < 2 ? t("voices.tooLoud") : passed > HEARD_S && loudest_db < QUIET_DB ? t("voices.tooQuiet") : "";
      if (warning.textContent !== word) warning.textContent = word;
      if (passed > LONGEST_S) return stop();
      requestAnimationFrame(look);
    };
    look();
  }

  const stop_ = (stream) => stream.getTracks().forEach((track) => track.stop());

  function finish(mine) {
    stop_(mine.stream);
    mine.context.close();
    if (now === mine) now = null;
    level.firstElementChild.style.transform = "scaleX(0)";
    time.textContent = "";
    warning.textContent = "";
    showButton();
  }

  /** Ends the recording; wanted: whether it is to be kept. */
  function stop(wanted = true) {
    if (!now) return;
    now.wanted = wanted;
    now.machine.stop();
  }

  button.addEventListener("click", () => (now ? stop() : start()));
  showButton();
  return {
    element,
    start,
    stop,
    show(code) {
      passage.textContent = sentencesIn(code);
      passage.lang = code;
      passage.dir = "auto";
    },
  };
}
