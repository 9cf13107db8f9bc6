// Jobs: all that was asked for and not waited for, as it happens.

import * as api from "../api.js";
import { button } from "../components/controls.js";
import { emptyState } from "../components/empty.js";
import { showFault } from "../components/fault.js";
import { icon } from "../components/icons.js";
import { make } from "../dom.js";
import * as format from "../format.js";
import { t } from "../i18n.js";
import { Batch } from "../jobs/batch.js";
import { Create } from "../jobs/create.js";
import { Detail } from "../jobs/detail.js";
import { follow } from "../jobs/live.js";
import { isLive, Row, title } from "../jobs/row.js";
import { ready, told } from "../profiles/words.js";

export const name = "jobs";
const STATES = ["queued", "processing", "paused", "completed", "failed", "cancelled"];
const PAGE = 30;
const TYPED_MS = 250;
const COUNT_MS = 400;
const AGES_MS = 20_000;

export async function mount(root, context) {
  const page = new Jobs(root, context);
  await page.start();
  return () => page.leave();
}

class Jobs {
  constructor(root, { toast, confirm, navigate, path, query }) {
    Object.assign(this, { root, toast, confirm, navigate, wanted: path[0] });
    this.rows = new Map(); // by the jobs' ids, newest first
    this.selected = new Set();
    this.filter = Object.fromEntries(["search", "status", "batch"].map((key) => [key, query.get(key) ?? ""]));
    this.counts = {};
    this.next = null;
    this.asked = 0; // which reading of the list is the last
    this.voices = new Map();
    this.known = { voices: [], languages: [], profiles: [], limit: 10_000 };
  }

  async start() {
    this.build();
    if (this.filter.batch) this.batch.show(this.filter.batch);
    await Promise.all([this.learn(), this.load()]);
    if (this.left) return;
    if (this.wanted) this.openById(this.wanted);
    const refresh = () => this.load(true);
    this.unfollow = follow({ changed: (job) => this.changed(job), missed: refresh, poll: refresh, state: (live) => this.showLive(live) });
    this.ages = setInterval(() => { for (const row of this.rows.values()) row.showAbout(); }, AGES_MS);
  }

  leave() {
    this.left = true;
    this.unfollow?.();
    clearInterval(this.ages);
    clearTimeout(this.typing);
    clearTimeout(this.counting);
    this.detail.dispose();
    this.create?.hide();
  }

  /** Voices, languages and profiles, for their names; what cannot be had is left out. */
  async learn() {
    const ask = (path) => api.get(path).catch(() => ({ items: [] }));
    const [voices, languages, profiles] = await Promise.all([...["/voices", "/languages", "/quality-profiles"].map(ask), ready()]);
    this.known = { voices: voices.items, languages: languages.items.map((one) => one.code), profiles: profiles.items, limit: languages.text_limit ?? 10_000 };
    for (const voice of voices.items) this.voices.set(voice.id, voice);
    for (const row of this.rows.values()) row.showAbout();
  }

  profileName(id) {
    const profile = this.known.profiles.find((one) => one.id === id);
    return profile ? told(profile, "name") : id;
  }

  // What is there to be seen

  build() {
    this.live = make("span", { className: "live", role: "status" });
    const add = button(t("jobs.new"), () => this.openCreate(), "btn-primary", "plus");
    const head = make("div", { className: "page-head" }, make("div", {}, make("h1", { textContent: t("jobs.title") }), make("p", { className: "text-body-secondary mb-0", textContent: t("jobs.lead") })), this.live, add);
    this.search = make("input", { type: "search", className: "form-control", value: this.filter.search, placeholder: t("jobs.searchShort"), ariaLabel: t("jobs.search"), maxLength: 200 });
    this.search.addEventListener("input", () => {
      clearTimeout(this.typing);
      this.typing = setTimeout(() => this.narrow({ search: this.search.value.trim() }), TYPED_MS);
    });
    this.states = make("div", { className: "chips", role: "group", ariaLabel: t("jobs.filter") });
    this.batch = new Batch(() => this.narrow({ batch: "" }), (fault) => showFault(this.fault, fault));
    this.fault = make("div");
    this.bulk = this.bulkBar();
    this.list = make("ul", { className: "job-list", ariaLabel: t("jobs.title") });
    this.empty = make("div", { hidden: true });
    this.more = button(t("jobs.more"), () => this.load(false, this.next), "btn-outline-secondary");
    this.more.hidden = true;
    const search = make("div", { className: "search" }, icon("search", 18), this.search);
    this.root.append(head, make("div", { className: "job-bar" }, search, this.states), this.batch.element, this.fault, make("section", { className: "sheet job-sheet" }, this.bulk, this.list, this.empty), make("div", { className: "more" }, this.more));
    this.detail = new Detail(
      { voice: (id) => this.voices.get(id)?.name ?? id, profile: (id) => this.profileName(id) },
      { pause: (job) => this.act(job, "pause"), resume: (job) => this.act(job, "resume"), remove: (job) => this.remove(job), again: (job) => this.again(job) },
      this.toast,
      () => this.left || this.keepAddress(),
    );
    this.showStates();
  }

  bulkBar() {
    this.all = make("input", { type: "checkbox", className: "form-check-input", ariaLabel: t("jobs.selectAll") });
    this.all.addEventListener("change", () => {
      for (const [id, row] of this.rows) this.select(id, (row.check.checked = this.all.checked));
      this.showBulk();
    });
    this.chosen = make("span", { className: "small text-body-secondary", role: "status" });
    this.cancelChosen = button(t("jobs.cancel"), () => this.removeMany(true), "btn-sm btn-outline-secondary");
    this.deleteChosen = button(t("jobs.delete"), () => this.removeMany(false), "btn-sm btn-outline-danger");
    return make("div", { className: "job-bulk" }, make("label", { className: "job-check" }, this.all), this.chosen, this.cancelChosen, this.deleteChosen);
  }

  showLive(live) {
    this.live.dataset.live = live;
    this.live.textContent = t(live ? "jobs.live" : "jobs.polled");
  }

  showStates() {
    const all = STATES.reduce((sum, state) => sum + (this.counts[state] ?? 0), 0);
    const chips = [["", all], ...STATES.map((state) => [state, this.counts[state] ?? 0])];
    if (!this.states.children.length) {
      this.states.append(...chips.map(([state]) => {
        const chip = make("button", { type: "button", className: "chip", value: state }, make("span", { textContent: state ? t(`jobs.state.${state}`) : t("jobs.all") }), make("b", { className: "tabular" }));
        chip.addEventListener("click", () => this.narrow({ status: state }));
        return chip;
      }));
    }
    chips.forEach(([state, count], place) => {
      const chip = this.states.children[place];
      chip.ariaPressed = String(this.filter.status === state);
      chip.querySelector("b").textContent = format.number(count);
      chip.classList.toggle("none", !count);
    });
  }

  showBulk() {
    const jobs = this.chosenJobs();
    const live = jobs.filter(isLive).length;
    this.bulk.hidden = !this.rows.size;
    this.all.checked = jobs.length > 0 && jobs.length === this.rows.size;
    this.all.indeterminate = jobs.length > 0 && jobs.length < this.rows.size;
    this.chosen.textContent = jobs.length ? t("jobs.chosen", { count: jobs.length }) : t("jobs.shown", { count: this.rows.size });
    this.cancelChosen.hidden = !live;
    this.deleteChosen.hidden = live === jobs.length;
    this.cancelChosen.lastChild.textContent = t("jobs.cancelMany", { count: live });
    this.deleteChosen.lastChild.textContent = t("jobs.deleteMany", { count: jobs.length - live });
  }

  showEmpty() {
    this.empty.hidden = this.rows.size > 0;
    if (this.rows.size) return;
    const narrowed = this.filter.search || this.filter.status || this.filter.batch;
    this.empty.replaceChildren(narrowed
      ? emptyState("search", t("jobs.noneFound"), t("jobs.noneFoundAbout"), button(t("jobs.allJobs"), () => this.widen(), "btn-outline-secondary"))
      : emptyState("jobs", t("jobs.none"), t("jobs.noneAbout"), button(t("jobs.new"), () => this.openCreate(), "btn-primary", "plus")));
  }

  // Reading

  async load(again = false, cursor = "") {
    const turn = ++this.asked;
    const query = new URLSearchParams({ limit: again ? Math.min(Math.max(PAGE, this.rows.size), 200) : PAGE });
    for (const [key, value] of Object.entries({ ...this.filter, cursor })) if (value) query.set(key, value);
    try {
      const found = await api.get(`/jobs?${query}`);
      if (turn !== this.asked || this.left) return;
      showFault(this.fault);
      this.counts = found.counts;
      this.put(found.items, Boolean(cursor));
      if (!again || this.rows.size <= found.items.length) this.next = found.next ?? null;
    } catch (fault) {
      if (turn !== this.asked || this.left || fault.name === "AbortError") return;
      showFault(this.fault, fault, () => this.load());
    }
    this.more.hidden = !this.next;
    this.showStates();
    this.showBulk();
    this.showEmpty();
  }

  /** Puts what was read into the list: after what is there, or instead of it (rows that stay are kept as they are). */
  put(jobs, after) {
    if (!after) {
      const stay = new Set(jobs.map((job) => job.id));
      for (const id of [...this.rows.keys()]) if (!stay.has(id)) this.drop(id);
    }
    for (const job of jobs) this.place(job);
    if (this.detail.id && this.rows.has(this.detail.id)) this.detail.show(this.rows.get(this.detail.id).job);
  }

  /** A job's row, told anew or put where it belongs: the newest first, and ids grow with time. */
  place(job) {
    const row = this.rows.get(job.id);
    if (row) return row.show(job);
    const made = new Row(job, this.voices, {
      open: (one) => this.open(one),
      play: (one) => this.open(one, true),
      pause: (one) => this.act(one, "pause"),
      resume: (one) => this.act(one, "resume"),
      remove: (one) => this.remove(one),
      batch: (id) => this.narrow({ batch: id }),
      select: (one, on) => { this.select(one.id, on); this.showBulk(); },
    });
    this.rows.set(job.id, made);
    const older = [...this.list.children].find((other) => other.dataset.id < job.id);
    this.list.insertBefore(made.element, older ?? null);
  }

  drop(id) {
    const row = this.rows.get(id);
    if (!row) return;
    const had = row.element.contains(document.activeElement);
    const beside = row.element.nextElementSibling ?? row.element.previousElementSibling;
    row.element.remove();
    this.rows.delete(id);
    this.selected.delete(id);
    if (had) (beside?.querySelector(".job-name") ?? this.search).focus();
  }

  changed(job) {
    const before = this.rows.get(job.id)?.job;
    if (before) {
      this.rows.get(job.id).show(job);
      if (this.filter.status && job.status !== this.filter.status) this.drop(job.id);
    } else if (this.fits(job)) this.place(job);
    if (this.detail.id === job.id) this.detail.show(job);
    if (before?.status !== job.status) this.countSoon();
    this.showBulk();
    this.showEmpty();
  }

  /** Whether a job that was not in the list belongs into it. One older than those shown comes with "more". */
  fits(job) {
    const { search, status, batch } = this.filter;
    const oldest = this.list.lastElementChild?.dataset.id;
    if (this.next && oldest && job.id < oldest) return false;
    const words = [job.text, job.name, job.voice_id, job.id].join("\n").toLowerCase();
    return (!status || job.status === status) && (!batch || job.batch_id === batch) && words.includes(search.toLowerCase());
  }

  countSoon() {
    clearTimeout(this.counting);
    this.counting = setTimeout(async () => {
      const found = await api.get("/jobs?limit=1").catch(() => null);
      if (!found || this.left) return;
      this.counts = found.counts;
      this.showStates();
      this.batch.refresh();
    }, COUNT_MS);
  }

  narrow(change) {
    Object.assign(this.filter, change);
    for (const id of [...this.selected]) this.select(id, false);
    if ("batch" in change) this.batch.show(change.batch);
    this.keepAddress();
    return this.load();
  }

  widen() {
    this.search.value = "";
    return this.narrow({ search: "", status: "", batch: "" });
  }

  /** The address says what is shown, so that it can be kept and come back to. */
  keepAddress(id = "") {
    const query = new URLSearchParams(Object.entries(this.filter).filter(([, value]) => value));
    history.replaceState(history.state, "", `#/jobs${id && `/${encodeURIComponent(id)}`}${query.size ? `?${query}` : ""}`);
  }

  // Doing

  open(job, sounding = false) {
    this.detail.playWhenOpen = sounding;
    this.detail.open(job);
    this.keepAddress(job.id);
  }

  async openById(id) {
    try {
      this.open(this.rows.get(id)?.job ?? (await api.get(`/jobs/${encodeURIComponent(id)}`)));
    } catch (fault) {
      this.toast("danger", fault);
      this.keepAddress();
    }
  }

  select(id, on) {
    if (on) this.selected.add(id);
    else this.selected.delete(id);
    const row = this.rows.get(id);
    if (row) row.check.checked = on;
  }

  chosenJobs() {
    return [...this.selected].map((id) => this.rows.get(id)?.job).filter(Boolean);
  }

  async act(job, what) {
    try {
      this.changed(await api.post(`/jobs/${encodeURIComponent(job.id)}/${what}`));
    } catch (fault) {
      this.refused(fault);
    }
  }

  async remove(job) {
    const live = isLive(job);
    const words = { name: title(job).slice(0, 60) };
    if (!(await this.confirm(t(live ? "jobs.cancelSure" : "jobs.deleteSure", words)))) return;
    if (await this.away(job)) this.toast("success", t(live ? "jobs.cancelled" : "jobs.deleted", words));
  }

  async removeMany(live) {
    const jobs = this.chosenJobs().filter((job) => isLive(job) === live);
    if (!(await this.confirm(t(live ? "jobs.cancelManySure" : "jobs.deleteManySure", { count: jobs.length })))) return;
    let done = 0;
    for (const job of jobs) {
      if (!(await this.away(job))) break;
      this.select(job.id, false);
      done++;
    }
    if (done) this.toast("success", t(live ? "jobs.cancelledMany" : "jobs.deletedMany", { count: done }));
    this.showBulk();
  }

  /** Cancels or deletes it, whichever its state calls for. Says whether that worked. */
  async away(job) {
    try {
      const { status } = await api.delete(`/jobs/${encodeURIComponent(job.id)}`);
      if (status !== "deleted") {
        this.changed(await api.get(`/jobs/${encodeURIComponent(job.id)}`));
        return true;
      }
    } catch (fault) {
      if (fault.status !== 404 && fault.status !== 410) return this.refused(fault);
    }
    if (this.detail.id === job.id) this.detail.close();
    this.drop(job.id);
    this.countSoon();
    this.showBulk();
    this.showEmpty();
    if (!this.rows.size && this.next) this.load();
    return true;
  }

  refused(fault) {
    this.toast("danger", fault);
    return false;
  }

  /** Opens Speak with the same text, voice and settings. */
  again(job) {
    const kept = { draft: job.text, voice: job.voice_id, spoken: job.language, profile: job.profile_id, format: job.format, dialogue: job.dialogue_voice };
    for (const [key, value] of Object.entries(kept)) {
      if (value) localStorage.setItem(`timbre.${key}`, value);
      else localStorage.removeItem(`timbre.${key}`);
    }
    const how = Object.entries(job.sampling ?? {}).concat(job.seed === undefined ? [] : [["seed", job.seed]]);
    this.navigate(`/speak?${new URLSearchParams(how)}`);
  }

  openCreate() {
    this.create = new Create(this.known, (job, batch) => {
      this.toast("success", job ? t("jobs.made") : t("jobs.madeMany", { count: batch.items.length }));
      this.search.value = "";
      if (batch) this.narrow({ search: "", status: "", batch: batch.id });
      else this.narrow({ search: "", status: "", batch: "" });
    });
    this.create.show();
  }
}
