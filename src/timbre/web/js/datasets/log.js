// What the steps say, as they say it. A socket that comes back goes on from the last line that was heard.

import { html } from "../dom.js";
import * as format from "../format.js";
import { t } from "../i18n.js";
import { live } from "../live.js";
import { STEPS } from "./words.js";

const MOST = 1000;

export class Log {
  /** heard(event): each event, also those without a line. */
  constructor(context, dataset, heard) {
    Object.assign(this, { dataset, heard, last: 0, open: false });
    this.state = html`<span class="live" role="status"></span>`;
    this.lines = html`<div class="log dataset-log" tabindex="0" role="log" aria-label="${t("datasets.log")}"></div>`;
    this.none = html`<p class="text-body-secondary m-0">${t("datasets.logNone")}</p>`;
    this.lines.hidden = true;
    this.element = html`<section class="sheet sheet-pad" aria-labelledby="log-title"><div class="section-head"><h2 id="log-title" class="fs-5 m-0">${t("datasets.log")}</h2>${this.state}</div>${this.none}${this.lines}</section>`;
  }

  follow() {
    const path = () => `/training/ws/pipeline?${new URLSearchParams({ dataset_id: this.dataset.id, after: this.last })}`;
    this.leave = live(path, (event) => this.hear(event), (open) => {
      this.open = open;
      this.state.dataset.live = open;
      this.state.textContent = t(open ? "datasets.live" : "datasets.polled");
    });
  }

  hear(event) {
    if (!event.id || event.id <= this.last) return;
    this.last = event.id;
    if (event.log) this.add(event.at, event.stage, event.log);
    this.heard(event);
  }

  /** What a job says of itself, where no socket can be had. */
  said(job) {
    if (this.open || !job?.note || job.note === this.note) return;
    this.note = job.note;
    this.add(new Date().toISOString(), "", job.note);
  }

  add(at, stage, words) {
    const low = this.lines.scrollTop + this.lines.clientHeight >= this.lines.scrollHeight - 8;
    this.lines.hidden = false;
    this.none.hidden = true;
    const time = new Date(at).toLocaleTimeString(document.documentElement.lang);
    this.lines.append(html`<div><span class="text-body-secondary tabular" title="${format.dateTime(at)}">${time}</span> ${STEPS.includes(stage) && html`<b>${t(`datasets.step_${stage}`)}</b>`} ${words}</div>`);
    while (this.lines.childElementCount > MOST) this.lines.firstElementChild.remove();
    if (low) this.lines.scrollTop = this.lines.scrollHeight;
  }

  leave() {}
}
