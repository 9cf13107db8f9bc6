// One run: how far it is, its curves, what it says and what its checkpoints said.

import { button, figureList } from "../components/controls.js";
import { chart } from "../components/chart.js";
import { showFault } from "../components/fault.js";
import { icon, iconButton } from "../components/icons.js";
import { Log } from "../components/log.js";
import { progressBar } from "../components/progress.js";
import { html, make } from "../dom.js";
import { renameDialog } from "./rename.js";
import { saidOne } from "./said.js";
import { isLive, stateBadge } from "./words.js";

const POLL_MS = 1500;
const SAMPLES = 30;
const LINES = 200; // of the log, of what was said before

export async function mountRun(root, context) {
  const { api, t, format } = context;
  const id = context.path[0];
  const at = `/training/runs/${encodeURIComponent(id)}`;
  let points = { train: [], validation: [] };
  let timer, said = "", shownState = "", left = false;
  let news = true; // whether something was said since the samples were asked for
  const first = await api.get(at);
  const title = html`<h1>${first.name}</h1>`;
  const rename = iconButton("edit", t("training.rename"), async () => {
    const changed = await renameDialog({ id, name: title.textContent });
    if (changed) title.textContent = changed.name;
  });
  const faults = make("div");
  const state = html`<span role="status"></span>`;
  const figures = make("div");
  const failed = make("div");
  const tools = html`<div class="training-tools"></div>`;
  const bar = progressBar(t("training.progress"));
  const curve = chart({ title: t("training.curves"), x: t("training.step"), told: (lines) => lines.map(({ name, points: all }) => t("training.curveTold", { name, from: format.number(all[0][1], 3), to: format.number(all.at(-1)[1], 3), steps: all.at(-1)[0] })).join(" ") || t("training.curvesNone") });
  const log = new Log({ run_id: id }, { none: t("training.logNone") }, () => { news = true; });
  const samples = html`<ul class="said-list"></ul>`;
  root.append(
    html`<a class="quiet-link d-inline-flex align-items-center gap-1 mb-2" href="#/training">${icon("back", 16)}${t("training.all")}</a>`,
    html`<div class="page-head dataset-head"><div>${title}<p class="lead mb-0">${[first.base, t(`training.method_${first.method}`), first.search_id && t("training.ofSearch")].filter(Boolean).join(" · ")}</p></div>${rename}</div>`,
    html`<div class="training-parts">
      ${faults}
      <section class="sheet sheet-pad" aria-labelledby="run-title"><div class="run-head"><h2 id="run-title" class="fs-5 m-0">${t("training.now")}</h2>${state}</div>${failed}<div class="my-3">${bar.element}</div>${figures}${tools}</section>
      <section class="sheet sheet-pad" aria-label="${t("training.curves")}">${curve.element}</section>
      <section class="sheet sheet-pad" aria-labelledby="samples-title"><div class="section-head"><h2 id="samples-title" class="fs-5 m-0">${t("training.samples")}</h2><a class="quiet-link" href="#/checkpoints?run=${encodeURIComponent(id)}">${t("training.toCheckpoints")}</a></div>${samples}</section>
      ${log.element}
    </div>`);

  function show(run) {
    const { epoch, loss, text_loss: text, audio_loss: audio, rate, gradient, memory_mb: memory, elapsed_s: elapsed, eta_s: eta, validation_loss: validation } = run.figures;
    if (shownState !== run.status + (run.wish ?? "")) {
      shownState = run.status + (run.wish ?? "");
      state.replaceChildren(stateBadge(run.status));
      showTools(run);
      showFault(failed, run.error);
    }
    bar.element.hidden = !isLive(run);
    bar.update(run.progress, run.status === "running" ? eta : undefined, run.note);
    const rows = [["step", run.steps ? `${format.number(run.step)} / ${format.number(run.steps)}` : undefined], ["epoch", epoch, (value) => format.number(value, 1)], ["loss", loss, three], ["textLoss", text, three], ["audioLoss", audio, three], ["validationLoss", validation, three],
      ["rate", rate, (value) => value.toLocaleString(context.locale, { notation: "scientific", maximumFractionDigits: 1 })], ["gradient", gradient, three], ["memory", memory, (value) => format.bytes(value * 1e6)], ["elapsed", elapsed, (value) => format.seconds(value)], ["estimatedTime", run.estimate?.seconds, (value) => format.seconds(value)]];
    figures.replaceChildren(figureList(rows.filter(([, value]) => value !== undefined && value !== null).map(([key, value, write = String]) => [t(`training.fact_${key}`), write(value)])));
  }

  const three = (value) => format.number(value, 3);

  function showTools(run) {
    const does = run.search_id ? [] : { queued: ["pause", "stop"], running: ["pause", "stop"], paused: ["resume", "stop"], stopped: ["resume"], failed: ["resume"] }[run.status] ?? [];
    const pictures = { pause: "pause", resume: "play", stop: "stop" };
    const made = does.map((what) => {
      const one = button(t(`training.do_${what}`), () => act(what), what === "resume" ? "btn-primary" : "btn-outline-secondary", pictures[what]);
      one.disabled = Boolean(run.wish);
      return one;
    });
    if (!isLive(run)) made.push(button(t("training.delete"), () => remove(run), "btn-outline-danger", "trash"));
    const had = tools.contains(document.activeElement);
    tools.replaceChildren(...made);
    if (had) tools.querySelector("button:enabled")?.focus();
  }

  async function act(what) {
    try {
      show(await api.post(`/training/${what}`, { run_id: id }));
    } catch (fault) {
      context.toast("danger", fault);
    }
    await look();
  }

  async function remove(run) {
    if (!(await context.confirm(t("training.deleteSure", { name: run.name }), { action: t("training.delete") }))) return;
    try {
      await api.delete(at);
      context.toast("success", t("training.deleted", { name: run.name }));
      context.navigate("/training");
    } catch (fault) {
      context.toast("danger", fault);
    }
  }

  /** What was measured since: a step's validation comes after the step, so that the last step is asked for again. */
  async function showPoints(run) {
    const last = points.train.at(-1)?.step ?? 0;
    if (run.step < last) points = { train: [], validation: [] }; // it was taken on from an earlier step
    const found = await api.get(`${at}/points`, { query: { after: points.train.length ? last - 1 : undefined } });
    if (left) return;
    for (const kind of ["train", "validation"]) {
      const first = found[kind][0]?.step ?? Infinity;
      points[kind] = [...points[kind].filter(({ step }) => step < first), ...found[kind]];
    }
    const line = (kind) => points[kind].filter(({ loss }) => Number.isFinite(loss)).map(({ step, loss }) => [step, loss]);
    curve.update([{ name: t("training.line_train"), points: line("train") }, { name: t("training.line_validation"), points: line("validation") }]);
  }

  async function showSamples(run) {
    if (!news && log.open && isLive(run)) return;
    news = false;
    const { items } = await api.get("/training/samples", { query: { run_id: id, limit: SAMPLES } });
    const key = items.map((one) => one.id).join();
    if (left || (key === said && samples.childElementCount)) return;
    said = key;
    samples.replaceChildren(...(items.length ? items.map((one) => html`<li>${saidOne(one)}</li>`) : [html`<li class="text-body-secondary">${t("training.samplesNone")}</li>`]));
  }

  /** What was said before; and what is said now, where no socket can be had. */
  async function showLog() {
    const { items } = await api.get("/training/logs", { query: { run_id: id, lines: LINES, after: log.last || undefined } });
    for (const one of items) log.hear({ ...one, log: one.line });
  }

  async function look() {
    clearTimeout(timer);
    let run = null;
    try {
      run = await api.get(at);
      await Promise.all([showPoints(run), showSamples(run), log.open || showLog()]);
      if (left) return;
      show(run);
      showFault(faults);
    } catch (fault) {
      if (!left) showFault(faults, fault);
    }
    clearTimeout(timer); // a press may have looked meanwhile
    if (!left && (!run || isLive(run))) timer = setTimeout(look, POLL_MS);
  }

  show(first);
  await look();
  log.follow();
  return () => { left = true; clearTimeout(timer); log.leave(); };
}
