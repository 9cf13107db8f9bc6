// Speak: a text in, a voice, and it is heard while it is made.

import { isAbort } from "../api.js";
import { silence } from "../components/audio.js";
import { showFault } from "../components/fault.js";
import { icon, iconButton } from "../components/icons.js";
import { voicePicker } from "../components/voice.js";
import { html, make, options, save } from "../dom.js";
import { manner } from "../speak/manner.js";
import { spelled } from "../speak/spelled.js";
import { take } from "../speak/take.js";

export const name = "speak";

const FORMATS = ["wav", "mp3", "ogg", "flac", "m4a", "opus"];
const DRAFT = "timbre.draft";
const LONG = 1500; // characters from which on a job is proposed
const SAVE_MS = 400;

export async function mount(root, context) {
  const { api, t, format, engine, navigate } = context;
  const { player } = take;
  let limit = 10000;
  let chosenFormat = localStorage.getItem("timbre.format") ?? "wav";
  let over = false;
  const preparing = new AbortController();

  // What is on the page

  const text = html`<textarea id="text" class="flex-grow-1" rows="7" placeholder="${t("speak.placeholder")}" spellcheck="true" aria-describedby="counter keys"></textarea>`;
  const counter = html`<span id="counter" class="small text-body-secondary"></span>`;
  const draft = html`<span id="draft" class="small text-body-secondary" role="status"></span>`;
  const clear = html`<button id="clear" class="btn btn-sm btn-link ms-auto" type="button">${t("speak.clear")}</button>`;
  const long = html`<p id="long" class="long small mb-0" hidden>${icon("info", 16)} <span>${t("speak.long")}</span></p>`;
  const voices = voicePicker("voices-title", (voice) => localStorage.setItem("timbre.voice", voice.id), (fault) => context.toast("danger", fault));
  voices.element.lastElementChild.id = "voices";
  const language = html`<select id="language" class="form-select"></select>`;
  const dialogue = html`<select id="dialogue" class="form-select"></select>`;
  const reading = manner(context.query);
  const go = html`<button id="go" class="go" type="submit"><span class="go-icon"></span><span id="go-label"></span></button>`;
  const wave = html`<canvas id="wave" tabindex="0" role="slider" aria-valuemin="0" aria-valuenow="0" aria-valuemax="0" aria-label="${t("speak.wave")}"></canvas>`;
  const status = html`<span id="status" role="status" aria-live="polite"></span>`;
  const time = html`<span id="time" class="ms-auto tabular"></span>`;
  const replay = iconButton("play", t("speak.replay"), () => player.toggle());
  const download = html`<button id="download" class="btn btn-outline-secondary" type="button" disabled>${icon("download", 18)} <span class="text-uppercase" id="format-name"></span></button>`;
  const list = html`<ul id="format-list" class="dropdown-menu dropdown-menu-end">${FORMATS.map(formatItem)}</ul>`;
  const job = html`<button id="job" class="btn btn-outline-secondary" type="button">${icon("jobs", 18)} ${t("speak.asJob")}</button>`;
  const facts = html`<dl id="facts" class="facts" hidden></dl>`;
  const faults = make("div", { id: "fault" });
  const notice = make("div", { id: "notice", role: "status" });
  replay.id = "replay";

  const form = html`
    <form id="speak" class="speak-grid" autocomplete="off" novalidate>
      <section class="sheet d-flex flex-column">
        <label class="visually-hidden" for="text">${t("speak.text")}</label>
        ${text}${long}
        <div class="sheet-foot">${counter}${draft}${clear}</div>
      </section>
      <section class="sheet player" aria-labelledby="player-title">
        <h2 id="player-title" class="visually-hidden">${t("speak.player")}</h2>
        ${go}
        <div class="wave-box">${wave}<div class="d-flex small text-body-secondary">${status}${time}</div></div>
        <div class="player-tools">
          ${replay}
          <div class="btn-group">
            ${download}
            <button id="formats" class="btn btn-outline-secondary dropdown-toggle dropdown-toggle-split" type="button" data-bs-toggle="dropdown" aria-expanded="false"><span class="visually-hidden">${t("speak.format")}</span></button>
            ${list}
          </div>
          ${job}
        </div>
      </section>
      <div class="under d-grid gap-3">
        ${faults}${notice}${facts}
        <p id="keys" class="form-text m-0">${t("speak.keys")}</p>
        <p id="tags" class="form-text m-0">${t("speak.tags")} <code>[voice:ana]</code> <code>[lang:en]</code> <code>[speed 0.9]</code> <code>[pause 500ms]</code></p>
      </div>
      <section class="sheet sheet-pad choices">
        <div class="d-flex flex-wrap align-items-baseline gap-3 mb-2">
          <h2 id="voices-title" class="h6 mb-0 me-auto">${t("speak.voice")}</h2>
          <a class="quiet-link" href="#/voices/mix">${t("speak.mix")}</a>
          <a class="quiet-link" href="#/voices/clone">${t("speak.clone")}</a>
        </div>
        ${voices.element}
        <div class="row g-3 my-1 mb-3">
          <div class="col-sm-6"><label class="form-label" for="language">${t("speak.language")}</label>${language}</div>
          <div class="col-sm-6"><label class="form-label" for="dialogue">${t("speak.dialogue")}</label>${dialogue}</div>
        </div>
        ${reading.element}
      </section>
    </form>`;
  const words = spelled(() => ({ text: text.value, language: language.value, dialogue_voice: dialogue.value || undefined }));
  root.append(html`<h1>${t("speak.title")}</h1>`, html`<p class="lead">${t("speak.lead")}</p>`, form, words.element);

  function formatItem(one) {
    const button = html`<button type="button" class="dropdown-item text-uppercase">${one}</button>`;
    button.addEventListener("click", () => {
      chosenFormat = one;
      localStorage.setItem("timbre.format", one);
      showState();
    });
    return make("li", {}, button);
  }

  // Speaking

  const wanted = () => {
    const { seed, ...how } = reading.wanted();
    return { text: text.value, voice: voices.value?.id ?? "default", language: language.value || undefined, dialogue_voice: dialogue.value || undefined, ...how, seed: seed ?? Math.floor(Math.random() * 2 ** 31) };
  };

  function speak() {
    silence();
    notice.replaceChildren();
    if (!text.value.trim()) {
      showFault(faults, { message: t("speak.nothing"), hint: t("speak.nothingHint") });
      return text.focus();
    }
    take.speak(wanted()).finally(() => engine.hint(false));
    engine.hint(true);
  }

  /** What was heard, in another format: spoken anew by the same dice. How long that takes is known from the first time. */
  async function fetchFile() {
    const name = `timbre-${take.asked.seed}.${chosenFormat}`;
    if (chosenFormat === "wav") return save(player.wav(), name);
    showFault(faults);
    download.disabled = true;
    const due = Date.now() + 1000 * take.facts.made_s;
    const wait = () => {
      const left = (due - Date.now()) / 1000;
      status.textContent = t(left > 1 ? "speak.preparing" : "speak.preparingSoon", { format: chosenFormat.toUpperCase(), time: format.seconds(Math.max(1, left), 0) });
    };
    wait();
    const ticking = setInterval(wait, 1000);
    try {
      const answer = await api.stream("/synthesize-direct", { ...take.asked, format: chosenFormat }, preparing.signal);
      save(await answer.blob(), name);
      status.textContent = t("speak.saved", { format: chosenFormat.toUpperCase() });
    } catch (fault) {
      if (!isAbort(fault)) { showState(); showFault(faults, fault); }
    } finally {
      clearInterval(ticking);
      download.disabled = false;
    }
  }

  async function makeJob() {
    showFault(faults);
    notice.replaceChildren();
    job.disabled = true;
    const { voice, language: spoken, ...rest } = wanted();
    try {
      const made = await api.post("/jobs", { ...rest, voice_id: voice, source_language: spoken, format: chosenFormat });
      const link = html`<a class="alert-link" href="#/jobs/${made.id}">${t("speak.toJobs")}</a>`;
      notice.append(html`<div class="alert alert-success d-flex gap-2 m-0">${icon("check")}<span>${t("speak.jobMade")} ${link}</span></div>`);
    } catch (fault) {
      showFault(faults, fault);
    } finally {
      job.disabled = false;
    }
  }

  // What is shown

  function showState() {
    const speaking = take.isRunning;
    document.body.classList.toggle("speaking", speaking);
    form.querySelector(".go-icon").replaceChildren(icon(speaking ? "stop" : "play", 24));
    form.querySelector("#go-label").textContent = t(speaking ? "speak.stop" : "speak.speak");
    download.disabled = !player.complete || !player.length;
    form.querySelector("#format-name").textContent = chosenFormat;
    download.ariaLabel = t("speak.download", { format: chosenFormat.toUpperCase() });
    const facts_ = { time: format.seconds(player.duration, 1) };
    const sentence = t(`speak.is_${take.state}`, facts_);
    if (status.textContent !== sentence) status.textContent = sentence;
    showFault(faults, take.fault);
    showFacts();
    showTime();
  }

  function showFacts() {
    const { first_s, heard_s, factor } = take.facts;
    facts.hidden = factor === undefined;
    if (facts.hidden) return;
    const rows = [["first", first_s, (value) => format.seconds(value, 2)], ["heard", heard_s, (value) => format.seconds(value, 2)], ["factor", factor, (value) => format.number(value, 2)], ["used", take.asked.seed, String]];
    facts.replaceChildren(...rows.filter(([, value]) => value !== undefined).map(([key, value, write]) => html`<div title="${t(`speak.fact_${key}About`)}"><dt>${t(`speak.fact_${key}`)}</dt><dd class="tabular">${write(value)}</dd></div>`));
  }

  function showTime() {
    replay.replaceChildren(icon(player.playing ? "pause" : "play"));
    replay.classList.toggle("playing", player.playing);
    replay.disabled = !player.length;
    time.textContent = player.length ? `${format.clock(player.position)} / ${format.clock(player.duration)}` : "";
  }

  function showCounter() {
    const count = [...text.value].length;
    counter.textContent = t("speak.characters", { count, limit });
    counter.classList.toggle("over", count > limit);
    clear.hidden = !count;
    long.hidden = count < LONG;
  }

  // The draft

  let saving;
  const keepDraft = () => {
    clearTimeout(saving);
    saving = null;
    localStorage.setItem(DRAFT, text.value);
  };
  text.addEventListener("input", () => {
    showCounter();
    words.changed();
    draft.textContent = "";
    clearTimeout(saving);
    saving = setTimeout(() => {
      keepDraft();
      draft.textContent = text.value ? t("speak.draftSaved") : "";
    }, SAVE_MS);
  });
  clear.addEventListener("click", () => {
    text.value = "";
    text.dispatchEvent(new Event("input"));
    text.focus();
  });

  // What there is to choose

  async function loadChoices() {
    try {
      const [spoken, found, profiles] = await Promise.all([api.get("/languages"), api.get("/voices"), api.get("/quality-profiles")]);
      if (over) return;
      limit = spoken.text_limit;
      const rows = spoken.items.map(({ code, own_name }) => [code, own_name]);
      options(language, rows, [language.value, localStorage.getItem("timbre.spoken"), context.locale.split("-")[0]].find((code) => rows.some(([known]) => known === code)));
      voices.show(found.items, voices.value?.id ?? localStorage.getItem("timbre.voice"), engine.model);
      options(dialogue, [["", t("speak.dialogueSame")], ...found.items.map(({ id, name }) => [id, name])], dialogue.value || localStorage.getItem("timbre.dialogue") || "");
      reading.show(profiles.items, engine.items[0]?.sampling ?? {});
      showCounter();
    } catch (fault) {
      if (!over && fault.status !== 503) showFault(faults, fault, loadChoices); // while it starts, the sidebar says so
    }
  }

  const keys = (event) => {
    if (document.querySelector(".modal.show")) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !take.isRunning) { event.preventDefault(); speak(); }
    if (event.key === "Escape") take.stop();
  };
  form.addEventListener("submit", (event) => { event.preventDefault(); if (take.isRunning) take.stop(); else speak(); });
  language.addEventListener("change", () => { localStorage.setItem("timbre.spoken", language.value); words.changed(); });
  dialogue.addEventListener("change", () => { localStorage.setItem("timbre.dialogue", dialogue.value); words.changed(); });
  download.addEventListener("click", fetchFile);
  job.addEventListener("click", makeJob);
  addEventListener("keydown", keys);
  take.addEventListener("change", showState);
  player.addEventListener("change", showTime);
  engine.addEventListener("up", loadChoices);

  text.value = localStorage.getItem(DRAFT) ?? "";
  showCounter();
  showState();
  player.attach(wave);
  await loadChoices();
  if (context.query.has("now") && !over) { // a sentence from elsewhere, said once
    history.replaceState(null, "", "#/speak");
    speak();
  }

  return (staying) => {
    over = true;
    if (saving) keepDraft();
    if (!staying) take.stop();
    preparing.abort();
    words.leave();
    player.attach(null);
    document.body.classList.remove("speaking");
    removeEventListener("keydown", keys);
    take.removeEventListener("change", showState);
    player.removeEventListener("change", showTime);
    engine.removeEventListener("up", loadChoices);
  };
}
