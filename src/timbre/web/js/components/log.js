// What long work says, as it says it. A socket that comes back goes on from the last line that was heard.

import { html } from "../dom.js";
import * as format from "../format.js";
import { t } from "../i18n.js";
import { live } from "../live.js";

const MOST = 1000;

export class Log {
  /**
   * subject: { dataset_id } or { run_id }. words: { none, what is there while there is no line; stage(name), what a step is called }.
   * heard(event): each event, also those without a line.
   */
  constructor(subject, words, heard = () => {}) {
    Object.assign(this, { subject, words, heard, last: 0, open: false });
    this.state = html`<span class="live" role="status"></span>`;
    this.lines = html`<div class="log log-lines" tabindex="0" role="log" aria-label="${t("common.log")}"></div>`;
    this.none = html`<p class="text-body-secondary m-0">${words.none}</p>`;
    this.lines.hidden = true;
    this.element = html`<section class="sheet sheet-pad" aria-labelledby="log-title"><div class="section-head"><h2 id="log-title" class="fs-5 m-0">${t("common.log")}</h2>${this.state}</div>${this.none}${this.lines}</section>`;
  }

  follow() {
    const path = () => `/training/ws/pipeline?${new URLSearchParams({ ...this.subject, after: this.last })}`;
    this.leave = live(path, (event) => this.hear(event), (open) => {
      this.open = open;
      this.state.dataset.live = open;
      this.state.textContent = t(open ? "common.live" : "common.polled");
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

  add(at, stage, line) {
    const low = this.lines.scrollTop + this.lines.clientHeight >= this.lines.scrollHeight - 8;
    this.lines.hidden = false;
    this.none.hidden = true;
    const time = new Date(at).toLocaleTimeString(document.documentElement.lang);
    const step = this.words.stage?.(stage);
    this.lines.append(html`<div><span class="text-body-secondary tabular" title="${format.dateTime(at)}">${time}</span> ${step && html`<b>${step}</b>`} ${line}</div>`);
    while (this.lines.childElementCount > MOST) this.lines.firstElementChild.remove();
    if (low) this.lines.scrollTop = this.lines.scrollHeight;
  }

  leave() {}
}
