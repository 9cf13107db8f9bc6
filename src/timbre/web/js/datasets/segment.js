// One segment: how it looks and sounds, what is said in it, and whether it is kept. What is changed is saved as it is changed; text that
// is not saved yet is drafted in this browser.

import * as api from "../api.js";
import { button } from "../components/controls.js";
import { showFault } from "../components/fault.js";
import { icon, iconButton } from "../components/icons.js";
import { waveform } from "../components/waveform.js";
import { html, make } from "../dom.js";
import * as format from "../format.js";
import { t } from "../i18n.js";
import { reasonName, told } from "./words.js";

const CONTEXT_S = 1;
const PIXELS = 900;
const FIGURES = ["snr_db", "sure", "rate", "silence", "likeness"];
const draftOf = (id) => `timbre.segment.${id}`;

export class Segment {
  /** does: { changed(segment), step(way) → promise, said(words) }. */
  constructor(dataset, does) {
    this.does = does;
    this.language = dataset.language;
    this.audio = new Audio();
    this.wave = waveform({
      moved: (begin, end) => this.save({ begin_s: begin, end_s: end }),
      moving: () => { this.pause(); this.showLength(); },
      pressed: (seconds) => this.play(seconds, seconds < this.wave.end ? this.wave.end : this.drawn?.end_s),
    });
    this.press = html`<button type="button" class="btn btn-primary segment-play"></button>`;
    this.press.addEventListener("click", () => this.toggle());
    this.around = button(t("datasets.playAround"), () => this.drawn && this.play(this.drawn.begin_s, this.drawn.end_s), "btn-outline-secondary", "play");
    this.text = html`<textarea class="form-control" rows="3" maxlength="1000" id="segment-text"></textarea>`;
    this.recognised = button(t("datasets.asRecognised"), () => this.putBackText(), "btn-sm btn-link");
    this.saved = html`<span class="small text-body-secondary" role="status"></span>`;
    this.where = html`<p class="small text-body-secondary m-0"></p>`;
    this.number = html`<h2 class="fs-5 m-0" tabindex="-1"></h2>`;
    this.verdict = make("div", { className: "segment-verdict" });
    this.reads = html`<p class="small text-body-secondary m-0"></p>`;
    this.figures = html`<dl class="figures"></dl>`;
    this.faults = make("div");
    this.keep = button(t("datasets.keep"), () => this.judge("keep"), "btn-outline-secondary", "check");
    this.drop = button(t("datasets.drop_"), () => this.judge("drop"), "btn-outline-secondary", "close");
    this.back = button(t("datasets.putBack"), () => this.judge(null), "btn-outline-secondary", "refresh");
    const go = button(t("datasets.saveNext"), () => this.saveAndNext(), "btn-primary ms-auto", "next");
    this.element = html`
      <section class="sheet sheet-pad segment" aria-label="${t("datasets.segment")}">
        <div class="segment-head"><div class="min-w-0">${this.number}${this.where}</div><div class="d-flex flex-none">${iconButton("back", t("datasets.previous"), () => does.step(-1))}${iconButton("next", t("datasets.next"), () => does.step(1))}</div></div>
        ${this.wave.element}
        <div class="d-flex flex-wrap align-items-center gap-2">${this.press}${this.around}${this.length = html`<span class="small text-body-secondary tabular"></span>`}</div>
        ${this.faults}
        <div><div class="d-flex align-items-baseline justify-content-between gap-2"><label class="form-label" for="segment-text">${t("datasets.transcript")}</label>${this.saved}</div>${this.text}${this.reads}${this.recognised}</div>
        ${this.verdict}
        <div class="segment-tools">${this.keep}${this.drop}${this.back}${go}</div>
        ${this.figures}
      </section>`;
    this.text.addEventListener("input", () => this.draft());
    this.text.addEventListener("blur", () => this.saveText());
    this.audio.addEventListener("ended", () => this.pause());
    this.queue = Promise.resolve();
    this.showPress(false);
  }

  async open(segment, number) {
    this.pause();
    showFault(this.faults);
    this.segment = segment;
    this.number.textContent = t("datasets.segmentOf", { number });
    this.saved.textContent = "";
    const draft = localStorage.getItem(draftOf(segment.id));
    this.text.value = draft ?? segment.text ?? "";
    if (draft !== null) this.saved.textContent = t("datasets.drafted");
    this.show();
    await this.draw();
  }

  close() {
    this.pause();
    this.segment = null;
  }

  async draw() {
    const { id, begin_s, end_s } = this.segment;
    this.drawn = null;
    try {
      const drawn = await api.get(`/training/segments/${encodeURIComponent(id)}/waveform`, { query: { pixels: PIXELS, context_s: CONTEXT_S } });
      if (this.segment?.id !== id) return;
      this.drawn = drawn;
      this.wave.show(drawn, begin_s, end_s);
      this.showLength();
    } catch (fault) {
      if (this.segment?.id === id) showFault(this.faults, fault, () => this.draw());
    }
  }

  show() {
    const one = this.segment;
    this.where.textContent = `${one.source} · ${format.clock(one.begin_s)} – ${format.clock(one.end_s)}`;
    this.text.lang = this.language;
    const reads = one.read && one.read.toLowerCase() !== (one.text ?? "").toLowerCase();
    this.reads.textContent = reads ? t("datasets.read", { text: one.read }) : "";
    this.recognised.hidden = !one.edited.includes("text");
    const why = one.reasons.map(reasonName).join(", ");
    const words = one.verdict ? t(`datasets.verdict_${one.verdict}`, { reasons: why }) : one.kept ? t("datasets.filterKeeps") : t("datasets.filterDrops", { reasons: why });
    this.verdict.replaceChildren(icon(one.kept ? "check" : "close", 18), html`<span>${words}${one.verdict === "keep" && why ? ` (${why})` : ""}</span>`);
    this.verdict.dataset.kept = one.kept;
    this.keep.ariaPressed = one.verdict === "keep";
    this.drop.ariaPressed = one.verdict === "drop";
    this.back.hidden = !one.verdict;
    this.figures.replaceChildren(...FIGURES.filter((name) => name in one.figures).map((name) => html`<div><dt>${t(`datasets.figure_${name}`)}</dt><dd class="tabular">${["silence", "likeness", "sure"].includes(name) ? format.percent(one.figures[name]) : told(name, one.figures[name])}</dd></div>`));
    this.showLength();
  }

  showLength() { this.length.textContent = format.seconds(this.drawn ? this.wave.end - this.wave.begin : this.segment.end_s - this.segment.begin_s, 2); }

  /** Sends a change after those before it. */
  save(changes) {
    const { id } = this.segment;
    this.queue = this.queue.then(() => this.send(id, changes));
    return this.queue;
  }

  async send(id, changes) {
    const mine = () => this.segment?.id === id;
    const known = this.stamp?.id === id ? this.stamp.at : undefined;
    try {
      const seen = known ?? (mine() ? this.segment.changed_at : undefined);
      const one = await api.patch(`/training/segments/${encodeURIComponent(id)}`, { ...changes, changed_at: seen });
      this.stamp = { id, at: one.changed_at };
      if ("text" in changes && (localStorage.getItem(draftOf(id)) ?? "") === (changes.text ?? "")) localStorage.removeItem(draftOf(id));
      this.does.changed(one);
      if (!mine()) return true;
      this.segment = one;
      showFault(this.faults);
      this.saved.textContent = t("datasets.saved");
      this.show();
      return true;
    } catch (fault) {
      if (mine()) {
        showFault(this.faults, fault, () => this.again(id));
        if ("begin_s" in changes && this.drawn) this.wave.show(this.drawn, this.segment.begin_s, this.segment.end_s);
        this.showLength();
      }
      return false;
    }
  }

  /** As the service has it now; text that was not saved stays. */
  async again(id) {
    try {
      const one = await api.get(`/training/segments/${encodeURIComponent(id)}`);
      this.stamp = null;
      this.does.changed(one);
      if (this.segment?.id !== id) return;
      this.segment = one;
      this.text.value = localStorage.getItem(draftOf(id)) ?? one.text ?? "";
      this.show();
      await this.draw();
    } catch (fault) {
      showFault(this.faults, fault, () => this.again(id));
    }
  }

  draft() {
    if (!this.segment) return;
    localStorage.setItem(draftOf(this.segment.id), this.text.value);
    this.saved.textContent = t("datasets.notSaved");
  }

  saveText() {
    if (!this.segment) return this.queue;
    const text = this.text.value.trim();
    if (text === (this.segment.text ?? "")) {
      localStorage.removeItem(draftOf(this.segment.id));
      return this.queue;
    }
    localStorage.setItem(draftOf(this.segment.id), text);
    return this.save({ text });
  }

  async putBackText() {
    localStorage.removeItem(draftOf(this.segment.id));
    if (await this.save({ text: null })) this.text.value = this.segment.text ?? "";
    this.text.focus();
  }

  judge(verdict) {
    this.does.said(t(verdict === "keep" ? "datasets.saidKept" : verdict === "drop" ? "datasets.saidDropped" : "datasets.saidBack"));
    return this.save({ verdict });
  }

  async saveAndNext() {
    const typing = document.activeElement === this.text;
    if ((await this.saveAll()) === false) return;
    const moved = await this.does.step(1);
    if (moved && typing) this.text.focus();
  }

  /** What is still on its way goes out; a promise of when it has. */
  rest() {
    this.pause();
    return this.segment ? this.saveAll() : this.queue;
  }

  async saveAll() {
    this.wave.flush();
    return this.saveText();
  }

  leave() {
    this.rest();
    this.close();
  }

  toggle() {
    if (this.sounding) this.pause();
    else this.play(this.wave.begin, this.wave.end);
  }

  async play(begin, end) {
    if (!this.segment || !this.drawn || !(end - begin > 0.02)) return;
    this.pause();
    const mine = this.sounding = { begin };
    const query = { begin_s: begin.toFixed(6), end_s: Math.min(end, this.drawn.length_s).toFixed(6) };
    this.audio.src = api.address(`/training/sources/${encodeURIComponent(this.segment.source_id)}/audio`, query);
    this.showPress(true);
    try {
      await this.audio.play();
      this.follow(mine);
    } catch (fault) {
      if (this.sounding !== mine) return;
      this.pause();
      showFault(this.faults, { message: t("common.cannotPlay"), hint: fault.name === "NotSupportedError" ? "" : fault.message });
    }
  }

  follow(mine) {
    if (this.sounding !== mine) return;
    this.wave.at(mine.begin + this.audio.currentTime);
    requestAnimationFrame(() => this.follow(mine));
  }

  pause() {
    this.audio.pause();
    this.sounding = null;
    this.wave.at(null);
    this.showPress(false);
  }

  showPress(playing) {
    if (this.press.dataset.playing === String(playing)) return;
    this.press.dataset.playing = playing;
    this.press.replaceChildren(icon(playing ? "stop" : "play", 18), html`<span>${t(playing ? "datasets.stop" : "datasets.play")}</span>`);
  }

  /** A key that was pressed anywhere on the page. */
  key(event) {
    const typing = /^(TEXTAREA|SELECT)$/.test(event.target.tagName) || (event.target.tagName === "INPUT" && event.target.type !== "checkbox");
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) return this.take(event, () => this.saveAndNext());
    if (event.key === "Escape" && event.target === this.text) return this.take(event, () => this.number.focus());
    if (event.key === " " && event.ctrlKey) return this.take(event, () => this.toggle());
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return undefined;
    const onButton = /^(BUTTON|A|SUMMARY)$/.test(event.target.tagName);
    if (event.key === " " && (!onButton || event.target.className === "segment-line")) return this.take(event, () => (event.shiftKey ? this.around.click() : this.toggle()));
    const act = {
      ArrowDown: () => this.does.step(1), ArrowRight: () => this.does.step(1), ArrowUp: () => this.does.step(-1), ArrowLeft: () => this.does.step(-1),
      k: () => this.judge("keep"), d: () => this.judge("drop"), u: () => this.segment.verdict && this.judge(null), e: () => this.text.focus(),
      "[": () => this.wave.edges.begin.focus(), "]": () => this.wave.edges.end.focus(),
    }[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    return act && this.take(event, act);
  }

  take(event, act) {
    event.preventDefault();
    act();
  }
}
