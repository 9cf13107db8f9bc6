// A batch above the list of its jobs: how far it is, and everything in one archive.

import * as api from "../api.js";
import { badge, button } from "../components/controls.js";
import { icon } from "../components/icons.js";
import { progressBar } from "../components/progress.js";
import { make } from "../dom.js";
import * as format from "../format.js";
import { t } from "../i18n.js";

const LEFT = ["queued", "processing", "paused"];

export class Batch {
  /** left() is called when all jobs are to be shown again, failed(fault) when the batch cannot be had. */
  constructor(left, failed) {
    this.failed = failed;
    this.title = make("h2", { className: "h5 mb-0 text-truncate" });
    this.states = make("div", { className: "d-flex flex-wrap gap-2" });
    this.bar = progressBar(t("jobs.batchProgress"));
    this.zip = make("a", { className: "btn btn-primary", download: "" }, icon("download", 18), make("span", { textContent: t("jobs.zip") }));
    const away = button(t("jobs.allJobs"), left, "btn-outline-secondary");
    this.element = make("section", { className: "sheet sheet-pad batch", hidden: true, ariaLabel: t("jobs.batch") },
      make("div", { className: "d-flex flex-wrap align-items-center gap-2" }, make("div", { className: "me-auto batch-title" }, this.title), this.zip, away), this.bar.element, this.states);
    this.id = "";
  }

  async show(id) {
    this.id = id;
    this.element.hidden = true;
    await this.refresh();
  }

  async refresh() {
    const { id } = this;
    if (!id) return;
    try {
      const batch = await api.get(`/jobs/batch/${encodeURIComponent(id)}`);
      if (this.id === id) this.tell(batch);
    } catch (fault) {
      if (this.id === id) this.failed(fault);
    }
  }

  tell(batch) {
    this.title.textContent = batch.name || t("jobs.batch");
    const all = Object.values(batch.counts).reduce((sum, count) => sum + count, 0);
    const left = LEFT.reduce((sum, state) => sum + (batch.counts[state] ?? 0), 0);
    const words = left ? t("jobs.batchLeft", { count: left, all }) : t("jobs.batchDone", { count: all });
    this.bar.update(batch.progress, undefined, words);
    const found = Object.entries(batch.counts).filter(([, count]) => count);
    this.states.replaceChildren(...found.map(([state, count]) => badge(state, `${t(`jobs.state.${state}`)} ${format.number(count)}`)));
    this.element.hidden = false;
    this.zip.href = batch.zip;
    this.zip.hidden = left > 0 || !batch.counts.completed; // the archive is there once all have ended
  }
}
