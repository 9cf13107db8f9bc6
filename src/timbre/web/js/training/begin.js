// What is to be learnt from, by which model and how; what that would take; and the runs that there were.

import { button, choice, field, figureList } from "../components/controls.js";
import { emptyState } from "../components/empty.js";
import { showFault } from "../components/fault.js";
import { icon, iconButton } from "../components/icons.js";
import { progressBar } from "../components/progress.js";
import { sufficiency } from "../components/sufficiency.js";
import { html, make, options } from "../dom.js";
import { parametersDrawer } from "./parameters.js";
import { isLive, parameterName, placeOf, stateBadge } from "./words.js";

const MANNERS = { quick: { epochs: 3, validate_every: 50, checkpoint_every: 100 }, balanced: {}, thorough: { epochs: 30, patience: 10 } };
const POLL_MS = 3000;

export async function mountBegin(root, context) {
  const { api, t, format, navigate, query } = context;
  let left = false;
  let parameters = {};
  let estimate = null; // { id, body }: the job that was measured, and for what
  let items = [];
  const stop = new AbortController();
  const faults = make("div");
  const nothing = make("div");
  const runFaults = make("div");
  const measured = html`<div aria-live="polite"></div>`;
  const differs = html`<p class="form-text m-0"></p>`;
  const list = html`<ul class="run-list"></ul>`;
  const dataset = choice([]);
  const build = choice([]);
  const base = choice([]);
  const name = html`<input class="form-control" maxlength="200">`;
  const bar = progressBar(t("training.estimating"));
  bar.element.hidden = true;

  root.append(html`<div class="page-head"><div><h1>${t("training.title")}</h1><p class="lead mb-0">${t("training.lead")}</p></div></div>`);
  const [{ items: datasets }, { items: models }, { items: described }] = await Promise.all([
    api.get("/training/datasets?limit=200"), api.get("/models"), api.get("/training/parameters")]);
  const usual = Object.fromEntries(described.map((one) => [one.name, one.default]));
  const drawer = parametersDrawer(described, (chosen) => { parameters = chosen; for (const one of manners.querySelectorAll("input")) one.checked = false; tell(); });

  const manners = html`<fieldset class="manners"><legend class="visually-hidden">${t("training.manner")}</legend>${Object.entries(MANNERS).map(([key, set]) => manner(key, set))}</fieldset>`;
  const measure = button(t("training.estimate"), estimateIt, "btn-outline-secondary");
  const go = button(t("training.start"), start, "btn-primary", "play");
  measure.id = "training-estimate";
  go.id = "training-start";
  const form = html`
    <section class="sheet sheet-pad" aria-labelledby="begin-title">
      <h2 id="begin-title" class="fs-5">${t("training.begin")}</h2>
      <div class="training-choices">${field(t("training.dataset"), dataset)}${field(t("training.build"), build)}${field(t("training.base"), base)}${field(t("training.name"), name, t("training.nameAbout"))}</div>
      ${manners}
      <div class="training-tools">${go}${measure}${button(t("training.parameters"), () => drawer.open(parameters), "btn-link")}</div>
      ${differs}${bar.element}${measured}
    </section>`;
  root.append(html`<div class="training-parts">${faults}${nothing}${form}<section class="sheet sheet-pad" aria-labelledby="runs-title"><h2 id="runs-title" class="fs-5">${t("training.runs")}</h2>${runFaults}${list}</section></div>`);

  function manner(key, set) {
    const epochs = set.epochs ?? usual.epochs;
    const one = html`<label class="manner"><input type="radio" name="manner" class="form-check-input" value="${key}"><b>${t(`training.manner_${key}`)}</b><small>${t(`training.about_${key}`, { epochs: format.number(epochs) })}</small></label>`;
    one.firstChild.checked = key === "balanced";
    one.firstChild.addEventListener("change", () => { parameters = { ...set }; tell(); });
    return one;
  }

  function tell() {
    const names = new Map(described.map((one) => [one.name, one.about]));
    const rows = Object.entries(parameters).map(([key, value]) => `${parameterName(key, names.get(key))}: ${value}`);
    differs.textContent = rows.length ? t("training.differs", { list: rows.join("; ") }) : "";
    estimate = null;
    measured.replaceChildren();
  }

  const wanted = () => ({ build_id: build.value, base: base.value, name: name.value.trim(), parameters });

  async function showBuilds() {
    const { items: found } = dataset.value ? await api.get(`/training/datasets/${encodeURIComponent(dataset.value)}/builds`) : { items: [] };
    options(build, found.map((one) => [one.id, [format.dateTime(one.created_at), one.splits.train?.seconds !== undefined && format.seconds(one.splits.train.seconds)].filter(Boolean).join(" · ")]), query.get("build"));
    go.disabled = measure.disabled = !found.length;
    nothing.replaceChildren(...(found.length ? [] : [emptyState("datasets", t("training.nothing"), t("training.nothingAbout"), html`<a class="btn btn-primary" href="#/datasets">${t("training.toDatasets")}</a>`)]));
    form.hidden = !datasets.length;
    tell();
  }

  async function estimateIt() {
    showFault(faults);
    measure.disabled = true;
    bar.element.hidden = false;
    measured.replaceChildren();
    const body = wanted();
    try {
      const job = await api.post("/training/estimate", body);
      const done = await context.ended(job.id, (now) => bar.update(now.progress, now.eta_s, now.note), stop.signal);
      const { result } = done;
      if (left) return;
      estimate = { id: job.id, body: JSON.stringify(body) };
      measured.replaceChildren(html`<h3 class="fs-6 mt-3">${t("training.estimated")}</h3>`, figureList([
        [t("training.time"), format.seconds(result.seconds)], [t("training.steps"), format.number(result.steps)], [t("training.stepTime"), format.seconds(result.step_s, 2)],
        [t("training.memory"), format.bytes(result.memory_mb * 1e6)], [t("training.speech"), format.seconds(result.minutes_of_speech * 60)], [t("training.clips"), format.number(result.clips)]]));
      if (result.verdict) measured.append(html`<p class="mt-2 mb-0">${sufficiency({ t, format }, result.verdict)}</p>`);
    } catch (fault) {
      if (!api.isAbort(fault)) showFault(faults, fault);
    } finally {
      measure.disabled = false;
      bar.element.hidden = true;
    }
  }

  async function start() {
    showFault(faults);
    go.disabled = true;
    const body = wanted();
    if (estimate?.body === JSON.stringify(body)) body.estimate_job = estimate.id;
    try {
      navigate(placeOf(await api.post("/training/start", body)));
    } catch (fault) {
      showFault(faults, fault);
      go.disabled = false;
    }
  }

  async function load() {
    try {
      ({ items } = await api.get("/training/runs?limit=50"));
      if (left) return;
      showFault(runFaults);
      list.replaceChildren(...(items.length ? items.map(row) : [html`<li class="text-body-secondary">${t("training.runsNone")}</li>`]));
    } catch (fault) {
      if (!left) showFault(runFaults, fault, load);
    }
  }

  function row(run) {
    const facts = [run.base, t(`training.method_${run.method}`), run.steps ? t("training.stepOf", { step: format.number(run.step), steps: format.number(run.steps) }) : "", format.dateTime(run.created_at)].filter(Boolean).join(" · ");
    return html`<li class="run-item"><div class="min-w-0"><a href="${placeOf(run)}">${run.name}</a><div class="small text-body-secondary">${facts}</div></div>${stateBadge(run.status)}${isLive(run) ? iconButton("next", t("training.openOf", { name: run.name }), () => navigate(placeOf(run))) : iconButton("trash", t("training.deleteOf", { name: run.name }), () => remove(run))}</li>`;
  }

  async function remove(run) {
    if (!(await context.confirm(t("training.deleteSure", { name: run.name }), { action: t("training.delete") }))) return;
    try {
      await api.delete(`/training/runs/${encodeURIComponent(run.id)}`);
      context.toast("success", t("training.deleted", { name: run.name }));
    } catch (fault) {
      context.toast("danger", fault);
    }
    await load();
  }

  options(dataset, datasets.map((one) => [one.id, one.name]), query.get("dataset"));
  options(base, models.filter((one) => one.installed !== false).map((one) => [one.id, one.id]), (models.find((one) => one.loaded) ?? {}).id);
  dataset.addEventListener("change", () => showBuilds().catch((fault) => showFault(faults, fault)));
  for (const one of [build, base]) one.addEventListener("change", tell);
  await Promise.all([showBuilds(), load()]);
  const timer = setInterval(() => { if (items.some(isLive) && !document.hidden && !list.contains(document.activeElement)) load(); }, POLL_MS);
  return () => { left = true; clearInterval(timer); stop.abort(); drawer.dispose(); };
}
