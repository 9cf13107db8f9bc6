// All that there is to a job, at the side: what it says, how it sounds, how it was asked for, and what can be done with it.

import * as api from "../api.js";
import { clip } from "../components/clip.js";
import { badge, button, languageName } from "../components/controls.js";
import { drawer } from "../components/drawer.js";
import { showFault } from "../components/fault.js";
import { progressBar } from "../components/progress.js";
import { make } from "../dom.js";
import * as format from "../format.js";
import { t } from "../i18n.js";
import { isLive, kind, piecesOf, title } from "./row.js";

const SAMPLING = ["speed", "temperature", "top_k", "top_p", "repetition_penalty"];

const SUBTITLES = ["srt", "vtt"];

const short = (words) => (words.length > 64 ? `${words.slice(0, 60).trimEnd()} …` : words);

export class Detail {
  /** closed() is called when it has gone. names: {voice, profile}, each from an id to a name. does: {pause, resume, remove, again}, each told the job. */
  constructor(names, does, toast, closed) {
    this.names = names;
    this.does = does;
    this.toast = toast;
    this.dialog = drawer(() => { this.leave(); closed(); });
  }

  get id() { return this.job?.id; }

  open(job) {
    this.leave();
    this.job = null;
    this.fault = make("div");
    this.head = make("div", { className: "d-flex align-items-center gap-3" });
    this.progress = progressBar(t("jobs.progress"));
    this.sound = make("div");
    this.facts = make("dl", { className: "about-list" });
    this.tools = this.dialog.foot;
    const text = job.text
      ? [make("p", { className: "job-text", textContent: job.text, tabIndex: 0, role: "region", ariaLabel: t("jobs.text") })]
      : [];
    this.dialog.body.replaceChildren(this.head, this.progress.element, this.fault, this.sound, ...text, this.facts);
    this.show(job);
    this.dialog.show();
  }

  show(job) {
    const before = this.job;
    this.job = job;
    this.dialog.title.textContent = short(title(job));
    this.head.replaceChildren(badge(job.status, t(`jobs.state.${job.status}`)), make("span", { className: "small text-body-secondary", textContent: job.note && isLive(job) ? job.note : "" }));
    this.progress.element.hidden = !isLive(job) || !(job.progress > 0);
    this.progress.update(job.progress, job.eta_s, piecesOf(job));
    if (job.error) showFault(this.fault, job.error);
    this.facts.replaceChildren(...this.told(job).flatMap(([word, value]) => [make("dt", { textContent: t(`jobs.${word}`) }), make("dd", { textContent: value })]));
    if (before?.status === job.status) return;
    this.showTools();
    if (job.status === "completed" && job.kind === "speech") this.showSound();
  }

  told(job) {
    const sampling = SAMPLING.filter((name) => name in (job.sampling ?? {})).map((name) => [`parameter.${name}`, format.number(job.sampling[name], name === "top_k" ? 0 : 2)]);
    return [
      ["kindOf", job.kind === "speech" ? undefined : kind(job)],
      ["voice", job.voice_id && this.names.voice(job.voice_id)],
      ["dialogueVoice", job.dialogue_voice && this.names.voice(job.dialogue_voice)],
      ["language", job.language && languageName(job.language)],
      ["model", job.model],
      ["profile", job.profile_id && this.names.profile(job.profile_id)],
      ["seed", job.seed],
      ...sampling,
      ["length", job.duration_s === undefined ? undefined : format.seconds(job.duration_s)],
      ["piecesIn", job.pieces],
      ["created", format.dateTime(job.created_at)],
      ["took", job.started_at && job.finished_at && format.seconds((new Date(job.finished_at) - new Date(job.started_at)) / 1000)],
      ["expires", job.expires_at && `${format.dateTime(job.expires_at)} (${format.ago(job.expires_at)})`],
      ["id", job.id],
    ].filter(([, value]) => value !== undefined && value !== null && value !== "" && value !== false);
  }

  async showSound() {
    const job = this.job;
    const said = () => showFault(this.fault, { message: t("jobs.noAudio"), hint: t("jobs.noAudioHint") });
    this.player = clip(`/jobs/${encodeURIComponent(job.id)}/download?format=mp3`, title(job).slice(0, 60), said);
    const formats = make("div", { className: "formats", role: "group", ariaLabel: t("jobs.download") });
    this.sound.replaceChildren(this.player.element, formats);
    if (this.playWhenOpen) this.player.play();
    this.playWhenOpen = false;
    try {
      const { items } = await api.get(`/jobs/${encodeURIComponent(job.id)}/formats`);
      if (this.job?.id !== job.id) return;
      const shown = job.word_times ? SUBTITLES.map((one) => ({ format: one, url: `/jobs/${encodeURIComponent(job.id)}/subtitles?format=${one}` })) : [];
      formats.replaceChildren(...[...items, ...shown].map((one) => make("a", { href: one.url, download: "", className: "btn btn-sm btn-outline-secondary text-uppercase", textContent: one.format, title: one.bytes ? format.bytes(one.bytes) : "", ariaLabel: t("jobs.downloadAs", { format: one.format }) })));
    } catch (fault) {
      if (this.job?.id === job.id) showFault(this.fault, fault);
    }
  }

  showTools() {
    const { job, does } = this;
    const had = this.tools.contains(document.activeElement);
    const found = [];
    if (job.text) found.push(button(t("jobs.again"), () => does.again(this.job), "btn-primary", "refresh"));
    if (["queued", "processing"].includes(job.status)) found.push(button(t("jobs.pause"), () => does.pause(this.job), "btn-outline-secondary", "pause"));
    if (job.status === "paused") found.push(button(t("jobs.resume"), () => does.resume(this.job), "btn-outline-secondary", "play"));
    if (job.text) found.push(button(t("jobs.copy"), () => this.copy(), "btn-outline-secondary", "copy"));
    found.push(isLive(job)
      ? button(t("jobs.cancel"), () => does.remove(this.job), "btn-outline-danger", "close")
      : button(t("jobs.delete"), () => does.remove(this.job), "btn-outline-danger", "trash"));
    this.tools.replaceChildren(...found);
    if (had) this.tools.querySelector("button").focus();
  }

  async copy() {
    try {
      await navigator.clipboard.writeText(this.job.text);
      this.toast("success", t("jobs.copied"));
    } catch {
      this.toast("danger", t("jobs.notCopied"));
    }
  }

  leave() {
    this.player?.stop();
    this.player = null;
    this.job = null;
  }

  close() { this.dialog.hide(); }

  dispose() {
    this.leave();
    this.dialog.dispose();
  }
}
