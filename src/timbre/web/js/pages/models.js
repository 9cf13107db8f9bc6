// Models: what speaks, what could, and what each comes under.

import * as api from "../api.js";
import { showFault } from "../components/fault.js";
import { icon } from "../components/icons.js";
import { progressBar } from "../components/progress.js";
import { html, make } from "../dom.js";
import { t } from "../i18n.js";
import { live } from "../live.js";
import { card } from "../models/card.js";
import { showLicence } from "../models/licence.js";

export const name = "models";
const at = (model, what = "") => `/models/${encodeURIComponent(model.id)}${what}`;
const ENDED = ["completed", "failed", "cancelled"];

export async function mount(root, context) {
  const page = new Models(root, context);
  await page.load();
  return () => page.leave();
}

class Models {
  constructor(root, { toast, confirm, session, engine }) {
    Object.assign(this, { toast, confirm, session, engine, items: [], busy: new Map(), installs: new Map() });
    this.faults = make("div");
    this.note = make("div");
    this.grid = make("ul", { className: "card-grid wide", ariaLabel: t("models.title") });
    root.append(html`<div class="page-head"><div><h1>${t("models.title")}</h1><p class="text-body-secondary mb-0">${t("models.lead")}</p></div></div>`, this.faults, this.note, this.grid);
    this.again = () => this.load();
    this.seen = () => { if (this.shown !== engine.state) this.show(); };
    engine.addEventListener("up", this.again);
    engine.addEventListener("change", this.seen);
  }

  leave() {
    this.left = true;
    this.engine.removeEventListener("up", this.again);
    this.engine.removeEventListener("change", this.seen);
    for (const { stop } of this.installs.values()) stop();
  }

  get may() { return this.session.may("admin"); }

  async load() {
    try {
      this.items = (await api.get("/models")).items;
      showFault(this.faults);
    } catch (fault) {
      if (!this.left) showFault(this.faults, fault, () => this.load());
      return;
    }
    if (this.left) return;
    for (const model of this.items) if (model.installing) this.follow(model);
    this.show();
  }

  show() {
    this.shown = this.engine.state;
    const none = this.items.length && !this.items.some((model) => model.loaded) && !this.busy.size && ["ready", "busy"].includes(this.engine.state) === false;
    this.note.replaceChildren(...(none ? [html`<p class="alert alert-warning">${icon("info", 18)} ${t("models.noneLoaded")}</p>`] : []));
    const had = document.activeElement?.closest?.("[data-id]")?.dataset.id;
    const does = { load: (model) => this.turn(model, "load"), unload: (model) => this.unload(model), install: (model) => this.install(model), remove: (model) => this.remove(model), licence: (model) => showLicence(model).catch((fault) => this.toast("danger", fault)) };
    this.grid.replaceChildren(...this.items.map((model) => {
      const made = card(model, { does, may: this.may, busy: this.busy.get(model.id), engine: this.engine.state });
      const install = this.installs.get(model.id);
      if (install) made.querySelector(".card-note").append(install.element);
      return made;
    }));
    if (had) [...this.grid.children].find((one) => one.dataset.id === had)?.querySelector(".card-tools button:enabled")?.focus();
  }

  /** Loads or unloads: the engine finishes what is being said first, so it may take a while, and says so. */
  async turn(model, what) {
    this.busy.set(model.id, t(`models.${what}ing`));
    this.show();
    try {
      await api.post(at(model, `/${what}`));
      this.toast("success", t(`models.${what}edNow`, { model: model.id }));
    } catch (fault) {
      this.toast("danger", fault);
    }
    await this.engine.look();  // what is shown beside the list is the engine's state
    this.busy.delete(model.id);
    if (!this.left) await this.load();
  }

  async unload(model) {
    if (await this.confirm(t("models.unloadSure", { model: model.id }), { action: t("models.unload") })) await this.turn(model, "unload");
  }

  /** The licence first, where there is one to accept; then a job. */
  async install(model) {
    try {
      if (model.licence_accepted === false && !(await showLicence(model))) return;
      const job = await api.post(at(model, "/install"));
      this.follow({ ...model, installing: job.id });
      await this.load();
    } catch (fault) {
      this.toast("danger", fault);
      await this.load();
    }
  }

  follow(model) {
    if (this.installs.get(model.id)?.job === model.installing) return;
    const bar = progressBar(t("models.installing", { model: model.id }));
    const away = html`<button type="button" class="btn btn-sm btn-link p-0">${t("common.cancel")}</button>`;
    away.addEventListener("click", () => api.delete(`/jobs/${encodeURIComponent(model.installing)}`).catch((fault) => this.toast("danger", fault)));
    const element = html`<div class="installing">${bar.element}${away}</div>`;
    const stop = live(`/ws/jobs/${encodeURIComponent(model.installing)}`, (job) => {
      if (!job.id) return;
      bar.update(job.progress, job.eta_s, job.note ?? t(`models.job.${job.status}`));
      if (ENDED.includes(job.status)) this.installed(model, job);
    });
    this.installs.set(model.id, { job: model.installing, element, stop });
  }

  installed(model, job) {
    this.installs.get(model.id)?.stop();
    this.installs.delete(model.id);
    if (job.status === "completed") this.toast("success", t("models.installedNow", { model: model.id }));
    else if (job.status === "failed") this.toast("danger", job.error ?? t("models.job.failed"));
    if (!this.left) this.load();
  }

  async remove(model) {
    if (!(await this.confirm(t("models.removeSure", { model: model.id }), { action: t("models.remove") }))) return;
    try {
      await api.delete(at(model));
      this.toast("success", t("models.removed", { model: model.id }));
    } catch (fault) {
      this.toast("danger", fault);
    }
    await this.load();
  }
}
