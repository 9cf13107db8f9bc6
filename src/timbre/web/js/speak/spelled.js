// What will be read: the text as it is said, piece by piece, and the dictionary of words that are read otherwise.

import * as api from "../api.js";
import { languageName } from "../components/controls.js";
import { showFault } from "../components/fault.js";
import { iconButton } from "../components/icons.js";
import { html, make } from "../dom.js";
import * as format from "../format.js";
import { t } from "../i18n.js";

const WAIT_MS = 400;

/** { element, changed(), leave() }. now() → { text, language, dialogue_voice }: what is to be read. `changed` is to be called when that is another. */
export function spelled(now) {
  const pieces = html`<ol id="pieces" class="small mb-0"></ol>`;
  const entries = html`<ul id="pronunciations" class="list-unstyled mb-2"></ul>`;
  const faults = make("div");
  const written = html`<input id="written" class="form-control form-control-sm" maxlength="200" placeholder="SQL">`;
  const said = html`<input id="said" class="form-control form-control-sm" maxlength="200" placeholder="${t("speak.saidExample")}">`;
  const everywhere = html`<input id="everywhere" class="form-check-input" type="checkbox">`;
  const form = html`
    <form id="pronunciation" class="row g-2 align-items-end" autocomplete="off">
      <div class="col-sm"><label class="form-label small mb-1" for="written">${t("speak.written")}</label>${written}</div>
      <div class="col-sm"><label class="form-label small mb-1" for="said">${t("speak.said")}</label>${said}</div>
      <div class="col-auto"><button class="btn btn-sm btn-outline-secondary" type="submit">${t("speak.keepWord")}</button></div>
      <div class="col-12 form-check ms-1">${everywhere}<label class="form-check-label small" for="everywhere">${t("speak.everywhere")}</label></div>
    </form>`;
  const list = html`<div class="mt-3"><h3 class="h6">${t("speak.words")}</h3><p class="form-text">${t("speak.wordsAbout")}</p>${entries}</div>`;
  const element = html`
    <details id="spelled" class="sheet sheet-pad mt-3">
      <summary>${t("speak.spelled")}</summary>
      <div class="pt-2">${pieces}${list}${faults}</div>
    </details>`;
  list.append(form);
  let waiting, running;

  async function show() {
    running?.abort();
    const { text, language, dialogue_voice } = now();
    const mine = (running = new AbortController());
    showFault(faults);
    try {
      const found = await api.get("/pronunciations", { query: { language }, signal: mine.signal });
      entries.replaceChildren(...found.items.map(entry));
      const { pieces: read } = text.trim() ? await api.post("/text/preview", { text, language, dialogue_voice }, { signal: mine.signal }) : { pieces: [] };
      pieces.replaceChildren(...read.map(piece));
    } catch (fault) {
      if (api.isAbort(fault)) return;
      pieces.replaceChildren();
      showFault(faults, fault);
    }
  }

  /** A piece as it is read, and by whom where the text says so. */
  function piece({ text, voice, language, speed }) {
    const role = [voice, language && languageName(language), speed && `${format.number(speed, 2)}×`].filter(Boolean).join(", ");
    return role ? html`<li><b>${role}</b> ${text}</li>` : html`<li>${text}</li>`;
  }

  function entry(one) {
    const where = one.language ? languageName(one.language) : t("speak.allLanguages");
    const gone = iconButton("trash", t("speak.forgetWord", { word: one.written }), () => change(() => api.delete(`/pronunciations/${one.id}`)));
    return html`<li class="d-flex align-items-center gap-2 small"><b>${one.written}</b><span aria-hidden="true">→</span><span>${one.said}</span><span class="text-body-secondary ms-auto">${where}</span>${gone}</li>`;
  }

  async function change(what) {
    showFault(faults);
    try {
      await what();
    } catch (fault) {
      return showFault(faults, fault);
    }
    await show();
  }

  const changed = () => {
    clearTimeout(waiting);
    if (element.open) waiting = setTimeout(show, WAIT_MS);
  };
  element.addEventListener("toggle", () => element.open && show());
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const { language } = now();
    change(async () => {
      await api.post("/pronunciations", { written: written.value, said: said.value, ...(everywhere.checked ? {} : { language }) });
      form.reset();
      written.focus();
    });
  });
  return { element, changed, leave: () => { clearTimeout(waiting); running?.abort(); } };
}
