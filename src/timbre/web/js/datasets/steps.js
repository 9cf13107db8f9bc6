// The steps of a dataset as a row of cards: what each is, how far it is, and run or cancel.

import { badge, button } from "../components/controls.js";
import { said } from "../components/fault.js";
import { progressBar } from "../components/progress.js";
import { html, make } from "../dom.js";
import * as format from "../format.js";
import { t } from "../i18n.js";
import { isLive, STEPS, total } from "./words.js";

const KINDS = { open: "plain", done: "completed", outdated: "outdated" };

export class Steps {
  /** does: { run(names), cancel(job), parameters() }. */
  constructor(context, does) {
    this.does = does;
    this.told = new Map(); // the job → the step that it is at, by the last event
    this.all = button(t("datasets.runAll"), () => does.run([]), "btn-primary", "play");
    this.stop = button(t("datasets.cancel"), () => does.cancel(this.stats.job), "btn-outline-danger", "close");
    this.tools = make("div", { className: "d-flex flex-wrap gap-2" }, button(t("datasets.parameters"), does.parameters, "btn-outline-secondary", "profiles"), this.all, this.stop);
    this.cards = STEPS.map((name, index) => this.card(name, index));
    this.element = make("ol", { className: "step-row" }, ...this.cards.map(({ element }) => element));
    this.stop.hidden = true;
    for (const one of [this.all, ...this.cards.map(({ run }) => run)]) one.disabled = true; // until it is known what there is
  }

  card(name, index) {
    const state = make("div", { className: "step-state" });
    const figure = html`<p class="step-figure tabular"></p>`;
    const bar = progressBar(t(`datasets.step_${name}`));
    bar.element.hidden = true;
    const fault = html`<p class="small text-danger-emphasis m-0"></p>`;
    const run = button(t("datasets.run"), () => this.does.run([name]), "btn-sm btn-outline-secondary");
    run.ariaLabel = t("datasets.runOf", { name: t(`datasets.step_${name}`) });
    const element = html`<li class="step" data-step="${name}"><div class="step-top"><span class="step-number" aria-hidden="true">${index + 1}</span><h3 class="fs-6 m-0">${t(`datasets.step_${name}`)}</h3></div><p class="small text-body-secondary m-0">${t(`datasets.stepAbout_${name}`)}</p>${state}${figure}${bar.element}${fault}<div class="mt-auto">${run}</div></li>`;
    return { name, element, state, figure, bar, fault, run };
  }

  /** An event of the log: which step is done, and how far that is. */
  hear(event) {
    if (!event.job_id || !STEPS.includes(event.stage)) return;
    this.told.set(event.job_id, event);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.stats && this.show(this.stats), 60);
  }

  show(stats) {
    this.stats = stats;
    const { job } = stats;
    const live = isLive(job);
    const at = job && this.told.get(job.id);
    this.all.hidden = live;
    this.all.disabled = !total(stats);
    this.stop.hidden = !live;
    for (const card of this.cards) {
      const mine = at?.stage === card.name;
      const working = live && mine;
      const broken = job?.status === "failed" && mine;
      const kind = working ? "processing" : broken ? "failed" : KINDS[stats.steps[card.name]];
      if (card.kind !== kind) card.state.replaceChildren(badge(kind, t(`datasets.is_${kind}`)));
      card.kind = kind;
      card.element.dataset.state = kind;
      card.figure.textContent = this.figure(card.name);
      card.bar.element.hidden = !working;
      if (working) card.bar.update(at.progress ?? 0, at.eta_s);
      const words = broken && job.error ? Object.values(said(job.error)).filter(Boolean).join(" ") : "";
      card.fault.textContent = words;
      card.run.disabled = live || !total(stats);
    }
    const placed = STEPS.includes(at?.stage);
    this.cards[0].fault.textContent ||= job?.status === "failed" && job.error && !placed ? Object.values(said(job.error)).filter(Boolean).join(" ") : "";
  }

  figure(name) {
    const { sources, seconds, segments, transcribed, kept, kept_seconds, report, builds } = this.stats;
    const all = total(this.stats);
    if (!all) return "";
    if (name === "download") return t("datasets.figure_download", { here: sources.here ?? 0, all, time: format.seconds(seconds) });
    if (name === "segment") return segments ? t("datasets.figure_segment", { count: segments }) : "";
    if (name === "transcribe") return segments ? t("datasets.figure_transcribe", { done: transcribed, all: segments }) : "";
    if (name === "filter") return report ? t("datasets.figure_filter", { count: kept, time: format.seconds(kept_seconds) }) : "";
    return builds ? t("datasets.figure_build", { count: builds }) : "";
  }
}
