// Searches: which parameters suit a dataset best, tried by runs one after another; begun here, and followed.

import { button, choice, field, tick } from "../components/controls.js";
import { showFault } from "../components/fault.js";
import { icon } from "../components/icons.js";
import { progressBar } from "../components/progress.js";
import { html, make, options } from "../dom.js";
import { load } from "../i18n.js";
import { isLive, placeOf, stateBadge } from "./words.js";

const POLL_MS = 3000;
const METHODS = ["lora", "full"];
const DOES = { queued: ["pause", "stop"], running: ["pause", "stop"], paused: ["resume", "stop"], stopped: ["resume"], failed: ["resume"] };
const PICTURES = { pause: "pause", resume: "play", stop: "stop" };

/** Adds the section to a place; gives back what leaves it. */
export async function mountSearch(place, context) {
  await load("search");
  const { api, t, format } = context;
  let left = false, items = [];
  const faults = make("div");
  const cards = new Map(); // by the search's id
  const dataset = choice([]);
  const trials = html`<input class="form-control" type="number" min="1" max="200">`;
  const steps = html`<input class="form-control" type="number" min="1" max="10000000">`;
  const methods = METHODS.map((method) => tick(t(`training.method_${method}`), method === "lora"));
  const go = button(t("search.start"), start, "btn-outline-secondary", "play");
  go.id = "search-start";
  const list = html`<div class="search-list"></div>`;
  const form = html`<div>
    <div class="training-choices">${field(t("training.dataset"), dataset)}${field(t("search.trials"), trials, t("search.usual"))}${field(t("search.steps"), steps, t("search.usual"))}<fieldset class="field"><legend class="form-label fs-6">${t("search.methods")}</legend>${methods.map((one) => one.element)}</fieldset></div>
    <div class="training-tools">${go}</div></div>`;
  place.append(html`<section class="sheet sheet-pad" aria-labelledby="search-title"><h2 id="search-title" class="fs-5">${t("search.title")}</h2><p class="text-body-secondary">${t("search.lead")}</p>${faults}${form}${list}</section>`);

  async function start() {
    showFault(faults);
    go.disabled = true;
    const chosen = METHODS.filter((_, at) => methods[at].input.checked);
    const body = { dataset_id: dataset.value, parameters: steps.value ? { max_steps: Number(steps.value) } : {} };
    if (chosen.length) body.methods = chosen;
    if (trials.value) body.trials = Number(trials.value);
    try {
      await api.post("/training/search", body);
      await look();
    } catch (fault) {
      showFault(faults, fault);
    } finally {
      go.disabled = false;
    }
  }

  async function look() {
    try {
      ({ items } = await api.get("/training/searches?limit=10"));
      if (left) return;
      for (const [id, card] of cards) if (!items.some((one) => one.id === id)) { card.element.remove(); cards.delete(id); }
      items.forEach((one, at) => {
        if (!cards.has(one.id)) cards.set(one.id, searchCard(context, one, { changed: look }));
        const card = cards.get(one.id);
        card.show(one);
        if (list.children[at] !== card.element) list.insertBefore(card.element, list.children[at] ?? null);
      });
    } catch (fault) {
      if (!left) showFault(faults, fault, look);
    }
  }

  const { items: datasets } = await api.get("/training/datasets?limit=200");
  options(dataset, datasets.map((one) => [one.id, one.name]));
  form.hidden = !datasets.length;
  await look();
  const timer = setInterval(() => { if (items.some(isLive) && !document.hidden) look(); }, POLL_MS);
  return () => { left = true; clearInterval(timer); };
}

/** { element, show(search) }. changed(): something was done with it. */
function searchCard({ api, t, format, confirm, toast }, search, { changed }) {
  const state = html`<span role="status"></span>`;
  const failed = make("div");
  const bar = progressBar(t("search.progressOf", { name: search.name }));
  const body = make("tbody");
  const tools = html`<div class="training-tools"></div>`;
  const heads = ["rank", "trial", "state", "stepsDone", "score", "similarity", "errors", "loss"];
  const table = html`<div class="table-responsive"><table class="table table-sm align-middle mb-0"><caption class="visually-hidden">${t("search.trialsOf", { name: search.name })}</caption><thead><tr>${heads.map((key) => html`<th scope="col">${t(`search.head_${key}`)}</th>`)}</tr></thead>${body}</table></div>`;
  const element = html`<article class="search-card" aria-label="${search.name}"><div class="run-head"><h3 class="fs-6 m-0 flex-grow-1">${search.name}</h3>${state}</div><p class="small text-body-secondary mb-2">${[search.base, t("search.each", { count: search.wanted, steps: search.steps }), format.dateTime(search.created_at)].join(" · ")}</p>${failed}${bar.element}${table}${tools}</article>`;
  let shown = "";

  const number = (value) => (Number.isFinite(value) ? format.number(value, 3) : "");

  function row(trial) {
    const { method, rate, batch, lora_rank: rank } = trial.parameters;
    const said = [t(`training.method_${method}`), t("search.rate", { rate: rate.toExponential(0) }), t("search.batch", { batch }), rank && t("search.rank", { rank })].filter(Boolean).join(", ");
    const name = trial.run_id ? html`<a href="${placeOf({ id: trial.run_id })}">${said}</a>` : said;
    const { similarity, word_error_rate: errors, validation_loss: loss } = trial.figures;
    return html`<tr><td>${trial.rank === 1 ? html`<span title="${t("search.best")}">${icon("check", 16)}<span class="visually-hidden">${t("search.best")}</span></span>` : ""} ${trial.rank ?? ""}</td><th scope="row" class="fw-normal">${name}</th><td>${t(`search.state_${trial.status}`)}</td><td class="tabular">${format.number(trial.step ?? 0)} / ${format.number(trial.steps)}</td><td class="tabular">${number(trial.score)}</td><td class="tabular">${number(similarity)}</td><td class="tabular">${Number.isFinite(errors) ? format.percent(errors, 1) : ""}</td><td class="tabular">${number(loss)}</td></tr>`;
  }

  async function act(what) {
    try {
      await api.post(`/training/search/${encodeURIComponent(search.id)}/${what}`);
    } catch (fault) {
      toast("danger", fault);
    }
    await changed();
  }

  async function remove() {
    if (!(await confirm(t("search.deleteSure", { name: search.name }), { action: t("training.delete") }))) return;
    try {
      await api.delete(`/training/search/${encodeURIComponent(search.id)}`);
      toast("success", t("training.deleted", { name: search.name }));
    } catch (fault) {
      toast("danger", fault);
    }
    await changed();
  }

  return {
    element,
    show(now) {
      if (JSON.stringify(now) === shown) return;
      shown = JSON.stringify(now);
      state.replaceChildren(stateBadge(now.status));
      showFault(failed, now.error);
      bar.element.hidden = !isLive(now);
      bar.update(now.progress);
      const held = element.contains(document.activeElement) && document.activeElement.textContent;
      body.replaceChildren(...now.trials.map(row));
      const made = (DOES[now.status] ?? []).map((what) => {
        const one = button(t(`training.do_${what}`), () => act(what), "btn-outline-secondary btn-sm", PICTURES[what]);
        one.disabled = Boolean(now.wish);
        return one;
      });
      if (!isLive(now)) made.push(button(t("training.delete"), remove, "btn-outline-danger btn-sm", "trash"));
      tools.replaceChildren(...made);
      if (held) [...element.querySelectorAll("a, button:enabled")].find((one) => one.textContent === held)?.focus();
    },
  };
}
