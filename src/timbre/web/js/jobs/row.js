// A job as a line of the list. A line is made once and told of every change, so that focus and selection stay.

import { make } from "../dom.js";
import { badge, languageName } from "../components/controls.js";
import { iconButton } from "../components/icons.js";
import { progressBar } from "../components/progress.js";
import { ENDED } from "../live.js";
import { has, t } from "../i18n.js";
import * as format from "../format.js";

export const isLive = (job) => !ENDED.includes(job.status);

/** What a job is called: its name, else its first words, else what kind of work it is. */
export const title = (job) => job.text ? job.name || job.text.trim().slice(0, 160) : [kind(job), job.name || job.model].filter(Boolean).join(": ");

/** What kind of work it is, in words where there are some. */
export const kind = (job) => has(`jobs.kind.${job.kind}`) ? t(`jobs.kind.${job.kind}`) : job.kind;

export class Row {
  /** voices: by their ids, for their names. does: {open, select, play, pause, resume, remove, batch}, each told the job. */
  constructor(job, voices, does) {
    this.voices = voices;
    this.does = does;
    this.check = make("input", { type: "checkbox", className: "form-check-input" });
    this.check.addEventListener("change", () => does.select(this.job, this.check.checked));
    this.name = make("button", { type: "button", className: "job-name" });
    this.name.addEventListener("click", () => does.open(this.job));
    this.about = make("div", { className: "job-about" });
    this.state = make("div", { className: "job-state" });
    this.progress = progressBar(t("jobs.progressOf", { name: title(job).slice(0, 60) }));
    this.tools = make("div", { className: "job-tools" });
    const words = make("div", { className: "job-words" }, this.name, this.about);
    this.element = make("li", { className: "job" }, make("label", { className: "job-check" }, this.check), this.state, words, this.progress.element, this.tools);
    this.show(job);
  }

  show(job) {
    const before = this.job;
    this.job = job;
    const name = title(job);
    this.element.dataset.state = job.status;
    this.element.dataset.id = job.id;
    this.check.ariaLabel = t("jobs.select", { name: name.slice(0, 60) });
    this.name.textContent = name;
    if (before?.status !== job.status || before.note !== job.note) this.state.replaceChildren(badge(job.status, t(`jobs.state.${job.status}`)));
    this.showAbout();
    const moving = job.status === "processing" || (job.status === "paused" && job.progress > 0);
    this.progress.element.hidden = !moving;
    if (moving) this.progress.update(job.progress, job.eta_s, piecesOf(job));
    if (before?.status !== job.status) this.showTools();
  }

  showTools() {
    const had = this.tools.contains(document.activeElement);
    const name = title(this.job).slice(0, 60);
    const tool = (icon, word, act) => iconButton(icon, t(`jobs.${word}`, { name }), () => act(this.job));
    const found = [];
    if (this.job.status === "completed" && this.job.kind === "speech") found.push(tool("play", "playOf", this.does.play));
    if (["queued", "processing"].includes(this.job.status)) found.push(tool("pause", "pauseOf", this.does.pause));
    if (this.job.status === "paused") found.push(tool("play", "resumeOf", this.does.resume));
    found.push(isLive(this.job) ? tool("close", "cancelOf", this.does.remove) : tool("trash", "deleteOf", this.does.remove));
    this.tools.replaceChildren(...found);
    if (had) this.tools.querySelector("button").focus();
  }

  /** Its second line; again from time to time, for its age. */
  showAbout() {
    const had = this.about.contains(document.activeElement);
    this.about.replaceChildren(...facts(this.job, this.voices, this.does));
    if (had) (this.about.querySelector("button") ?? this.name).focus();
  }
}

/** How many of its pieces are said; nothing where there is but one. */
export const piecesOf = (job) => (job.pieces > 1 ? t("jobs.pieces", { done: job.pieces_done ?? 0, pieces: job.pieces }) : "");

/** The second line: what it is waiting for or what went wrong, then who speaks, in what language, how long, since when. */
function facts(job, voices, does) {
  const found = [];
  if (job.error) found.push(make("span", { className: "text-danger-emphasis", textContent: job.error.message }));
  else if (job.note && isLive(job)) found.push(make("span", { textContent: job.note }));
  if (job.voice_id) found.push(make("span", { textContent: voices.get(job.voice_id)?.name ?? job.voice_id }));
  if (job.language) found.push(make("span", { textContent: languageName(job.language) }));
  if (job.duration_s !== undefined) found.push(make("span", { className: "tabular", textContent: t("jobs.audio", { time: format.seconds(job.duration_s) }) }));
  found.push(make("time", { dateTime: job.created_at, title: format.dateTime(job.created_at), textContent: format.ago(job.created_at) }));
  if (job.batch_id && does?.batch) {
    const chip = make("button", { type: "button", className: "job-batch", textContent: t("jobs.batch") });
    chip.addEventListener("click", () => does.batch(job.batch_id));
    found.push(chip);
  }
  return found;
}
