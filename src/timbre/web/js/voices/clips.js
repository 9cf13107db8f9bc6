// The recordings that a voice is to be made of: each with what was measured on it, to be heard, and taken out.

import { silence, playButton } from "../components/audio.js";
import { iconButton } from "../components/icons.js";
import { html, make } from "../dom.js";
import * as format from "../format.js";
import { t } from "../i18n.js";
import { GOOD_S, LEAST_S, flaws, measure } from "./measure.js";

export const MOST = 10;

/** { element, files, add(files), remove, clear(), blame(message) }; `changed` hears of each change; `redo` of a recording that is to be made anew. */
export function clipList(changed, redo) {
  const list = html`<ul id="file-list" class="references"></ul>`;
  const sum = html`<div class="sum" hidden><div class="progress" role="progressbar" aria-label="${t("voices.speechSum")}" aria-valuemin="0" aria-valuemax="100"><div class="progress-bar"></div></div><span class="small"></span></div>`;
  let clips = []; // { file, url, recorded, found (undefined: being measured, null: not to be read here), blamed }

  async function add(files, recorded = false) {
    const fresh = files.map((file) => ({ file, url: URL.createObjectURL(file), recorded, found: undefined }));
    clips.push(...fresh);
    show();
    changed();
    for (const clip of fresh) {
      clip.found = await measure(clip.file);
      show();
    }
  }

  function remove(clip) {
    silence();
    URL.revokeObjectURL(clip.url);
    clips = clips.filter((other) => other !== clip);
    show();
    changed();
  }

  function show() {
    list.replaceChildren(...clips.map(line));
    const speech = clips.reduce((total, { found }) => total + (found?.speech_s ?? 0), 0);
    sum.hidden = !clips.some(({ found }) => found);
    const bar = sum.firstElementChild;
    const share = Math.min(1, speech / GOOD_S);
    bar.firstElementChild.style.width = `${100 * share}%`;
    bar.ariaValueNow = Math.round(100 * share);
    const word = speech < LEAST_S ? "voices.sumLittle" : speech < GOOD_S ? "voices.sumSome" : "voices.sumGood";
    sum.lastElementChild.textContent = t(word, { time: format.seconds(speech, 1) });
  }

  function line(clip) {
    const { file, found } = clip;
    const wrong = flaws(found);
    const grade = clip.blamed ? "bad" : found === undefined ? "wait" : found === null ? "unknown" : wrong.includes("silent") ? "bad" : wrong.length ? "fair" : "good";
    const facts = found ? [format.seconds(found.duration_s, 1), t("voices.levelIs", { level: format.number(found.level_db) }), found.snr_db === null ? "" : t("voices.noiseIs", { snr: format.number(Math.min(60, found.snr_db)) })] : [];
    const away = iconButton("close", t("voices.takeOut", { name: file.name }), () => remove(clip));
    const again = clip.recorded && iconButton("refresh", t("voices.redo", { name: file.name }), () => { remove(clip); redo(); });
    const advice = clip.blamed ? "" : wrong.map((flaw) => t(`voices.flaw_${flaw}`)).join(" ");
    const about = [format.bytes(file.size), ...facts].filter(Boolean).join(" · ");
    return html`
      <li class="reference grade-${grade}">
        ${playButton(clip.url, t("common.hear", { name: file.name }))}
        <div class="min-w-0 flex-grow-1"><b>${file.name}</b><small class="text-body-secondary d-block">${about}</small>${advice && html`<small class="warn d-block">${advice}</small>`}</div>
        <span class="grade">${t(`voices.grade_${grade}`)}</span>
        ${again}${away}
      </li>`;
  }

  return {
    element: make("div", {}, list, sum),
    get files() { return clips.map(({ file }) => file); },
    add,
    show,
    /** Marks those that a refusal names. */
    blame(message) {
      for (const clip of clips) clip.blamed = message.includes(clip.file.name);
      show();
    },
    clear() {
      for (const clip of clips) URL.revokeObjectURL(clip.url);
      clips = [];
      show();
    },
  };
}
