// Voices: who can speak here, to be heard, found, changed, and made.

import { playButton } from "../components/audio.js";
import { emptyState } from "../components/empty.js";
import { showFault } from "../components/fault.js";
import { icon, iconButton } from "../components/icons.js";
import { about, face, kind } from "../components/voice.js";
import { html, make } from "../dom.js";
import { cloneDialog } from "../voices/clone.js";
import { editDialog } from "../voices/edit.js";
import { FEWEST, mixDialog } from "../voices/mix.js";

export const name = "voices";

const CHOSEN = "timbre.voice";

export async function mount(root, context) {
  const { api, t, format, engine, session, path } = context;
  const mayChange = session.may("voices");
  let voices = [];
  let languages = []; // [[code, its own name]]
  let left = false;

  const clone = html`<button id="clone-open" type="button" class="btn btn-primary">${icon("plus", 18)} ${t("voices.cloneTitle")}</button>`;
  const mix = html`<button id="mix-open" type="button" class="btn btn-outline-secondary">${icon("mix", 18)} ${t("voices.mixTitle")}</button>`;
  const search = html`<input id="voice-search" type="search" class="form-control" placeholder="${t("voices.search")}" aria-label="${t("voices.search")}">`;
  const found = html`<p class="visually-hidden" role="status"></p>`;
  const faults = make("div");
  const list = html`<ul id="voice-list" class="voice-grid"></ul>`;
  const nothing = make("div");
  root.append(
    html`<div class="page-head"><div><h1>${t("voices.title")}</h1><p class="lead mb-0">${t("voices.lead")}</p></div><div class="d-flex flex-wrap gap-2">${mayChange && [mix, clone]}</div></div>`,
    html`<div class="search-box">${icon("search", 18)}${search}</div>`, found, faults, list, nothing);

  function show() {
    const wanted = search.value.trim().toLocaleLowerCase(context.locale);
    const shown = voices.filter((voice) => [voice.name, about(voice), kind(voice), spokenBy(voice)].join(" ").toLocaleLowerCase(context.locale).includes(wanted));
    list.replaceChildren(...shown.map(card));
    mix.disabled = voices.length < FEWEST;
    const none = voices.length ? emptyState("search", t("voices.noneFound"), t("voices.noneFoundAbout", { words: search.value.trim() })) : emptyState("voices", t("voices.none"), t("voices.noneAbout"));
    nothing.replaceChildren(...(shown.length ? [] : [none]));
    found.textContent = wanted ? t("voices.found", { count: shown.length }) : "";
  }

  const spokenBy = (voice) => languages.find(([code]) => code === voice.language)?.[1] ?? voice.language ?? "";

  function card(voice) {
    const own = mayChange && voice.kind !== "built-in";
    const made = [voice.speech_s && t("voices.ofSpeech", { time: format.seconds(voice.speech_s) }), voice.created_at && format.date(voice.created_at)].filter(Boolean).join(" · ");
    const speak = html`<a class="btn btn-sm btn-outline-secondary" href="#/speak" aria-label="${t("voices.speakAs", { name: voice.name })}">${icon("speak", 16)} ${t("voices.speak")}</a>`;
    speak.addEventListener("click", () => localStorage.setItem(CHOSEN, voice.id));
    const one = html`
      <li class="sheet voice-card">
        <div class="d-flex gap-3 align-items-center min-w-0">${face(voice)}<div class="min-w-0"><h2>${voice.name}</h2><p class="small text-body-secondary m-0">${[kind(voice), spokenBy(voice)].filter(Boolean).join(" · ")}</p></div></div>
        ${(voice.about || voice.parts) && html`<p class="told">${about(voice)}</p>`}
        ${voice.about && voice.parts && html`<p class="small text-body-secondary m-0">${about({ ...voice, about: "" })}</p>`}
        ${made && html`<p class="small text-body-secondary m-0">${made}</p>`}
        ${voice.notes?.length ? notes(voice) : null}
        <div class="voice-tools">
          ${playButton(`/voices/${encodeURIComponent(voice.id)}/preview`, t("common.hear", { name: voice.name }), { failed: (fault) => context.toast("danger", fault) })}
          ${speak}<span class="flex-grow-1"></span>
          ${own && [iconButton("edit", t("voices.change", { name: voice.name }), () => edit(voice)), iconButton("trash", t("voices.remove", { name: voice.name }), () => remove(voice))]}
        </div>
      </li>`;
    one.dataset.id = voice.id;
    return one;
  }

  const notes = (voice) => html`<details class="notes"><summary>${t("voices.notes", { count: voice.notes.length })}</summary><ul>${voice.notes.map((note) => html`<li>${note}</li>`)}</ul></details>`;

  async function load() {
    showFault(faults);
    try {
      const [all, spoken] = await Promise.all([api.get("/voices"), api.get("/languages")]);
      if (left) return;
      voices = all.items;
      languages = spoken.items.map(({ code, own_name }) => [code, own_name]);
      show();
    } catch (fault) {
      if (!left) showFault(faults, fault, load);
    }
  }

  /** The list anew, with a voice that was just made in sight, and chosen to speak. */
  async function welcome(voice) {
    if (!voice || left) return;
    localStorage.setItem(CHOSEN, voice.id);
    search.value = "";
    await load();
    context.toast("success", t("voices.made", { name: voice.name }));
    const one = list.querySelector(`[data-id="${CSS.escape(voice.id)}"]`);
    one?.classList.add("fresh");
    one?.scrollIntoView({ block: "nearest" });
    one?.querySelector("button")?.focus({ preventScroll: true });
  }

  const preferredLanguage = () => [localStorage.getItem("timbre.spoken"), context.locale.split("-")[0], languages[0]?.[0]].find((code) => languages.some(([known]) => known === code));
  const openClone = async () => welcome(await cloneDialog(languages, preferredLanguage()));
  const openMix = async () => welcome(await mixDialog(voices, languages, localStorage.getItem(CHOSEN)));

  async function edit(voice) {
    if (await editDialog(voice, languages)) await load();
  }

  async function remove(voice) {
    const mixes = voices.filter((other) => other.parts?.some((part) => part.id === voice.id)).map((other) => other.name);
    const question = [t(voice.parts ? "voices.removeMixSure" : "voices.removeSure", { name: voice.name }), mixes.length ? t("voices.removePartOf", { mixes: mixes.join(", ") }) : ""].join(" ");
    if (!(await context.confirm(question, { action: t("voices.removeGo") }))) return;
    try {
      await api.delete(`/voices/${encodeURIComponent(voice.id)}`);
      context.toast("success", t("voices.removed", { name: voice.name }));
    } catch (fault) {
      context.toast("danger", fault);
    }
    await load();
    search.focus();
  }

  search.addEventListener("input", show);
  clone.addEventListener("click", openClone);
  mix.addEventListener("click", openMix);
  engine.addEventListener("up", load);
  await load();
  // The page's own address again, so that a reload, or a change of language, does not open the dialog once more.
  if (path[0]) history.replaceState(null, "", "#/voices");
  if (path[0] === "clone" && mayChange) openClone();
  if (path[0] === "mix" && mayChange && voices.length >= FEWEST) openMix();

  return () => {
    left = true;
    engine.removeEventListener("up", load);
  };
}
