// What was built of a dataset: how much is in each part, to be taken away, or learnt from.

import { button } from "../components/controls.js";
import { emptyState } from "../components/empty.js";
import { showFault } from "../components/fault.js";
import { icon } from "../components/icons.js";
import { progressBar } from "../components/progress.js";
import { html, make } from "../dom.js";

const SPLITS = ["train", "validation", "test"];

export async function mountBuilds(place, context, dataset) {
  const { api, t, has, format } = context;
  const path = `/training/datasets/${encodeURIComponent(dataset.id)}`;
  const faults = make("div");
  const list = html`<ul class="build-list"></ul>`;
  const nothing = make("div");
  const bar = progressBar(t("datasets.step_build"));
  bar.element.hidden = true;
  const build = button(t("datasets.buildNow"), run, "btn-primary", "plus");
  const stop = new AbortController();
  place.append(html`<div class="section-head"><p class="text-body-secondary m-0">${t("datasets.buildsAbout")}</p>${build}</div>`, faults, bar.element, list, nothing);

  const facts = ({ clips, seconds, sources }) => [t("datasets.clips", { count: clips }), seconds !== undefined && format.seconds(seconds), sources !== undefined && t("datasets.ofSources", { count: sources })].filter(Boolean).join(" · ");

  function item(one) {
    const splits = Object.entries(one.splits).sort(([a], [b]) => SPLITS.indexOf(a) - SPLITS.indexOf(b));
    return html`
      <li class="sheet sheet-pad build" data-id="${one.id}">
        <h2 class="fs-6 m-0">${format.dateTime(one.created_at)}</h2>
        <dl class="tiles">${splits.map(([name, found]) => html`<div><dt>${has(`datasets.split_${name}`) ? t(`datasets.split_${name}`) : name}</dt><dd>${facts(found)}</dd></div>`)}</dl>
        <div class="d-flex flex-wrap gap-2">
          <a class="btn btn-primary" href="#/training?dataset=${encodeURIComponent(dataset.id)}&build=${encodeURIComponent(one.id)}">${t("datasets.train")}</a>
          <a class="btn btn-outline-secondary" download href="${path}/export?build=${encodeURIComponent(one.id)}">${icon("download", 18)}<span>${t("datasets.export")}</span></a>
        </div>
      </li>`;
  }

  async function load() {
    try {
      const { items } = await api.get(`${path}/builds`);
      list.replaceChildren(...items.map(item));
      nothing.replaceChildren(...(items.length ? [] : [emptyState("models", t("datasets.buildsNone"), t("datasets.buildsNoneAbout"))]));
    } catch (fault) {
      showFault(faults, fault, load);
    }
  }

  async function follow(id) {
    build.disabled = true;
    bar.element.hidden = false;
    try {
      await context.ended(id, (job) => bar.update(job.progress, job.eta_s, job.note), stop.signal);
    } finally {
      build.disabled = false;
      bar.element.hidden = true;
    }
  }

  async function run() {
    showFault(faults);
    try {
      const job = await api.post("/training/dataset/build", { dataset_id: dataset.id });
      await follow(job.id);
      if (!stop.signal.aborted) context.toast("success", t("datasets.built"));
    } catch (fault) {
      if (!api.isAbort(fault)) showFault(faults, fault);
    }
    if (!stop.signal.aborted) await load();
  }

  await load();
  return () => stop.abort();
}
