// The recordings of a dataset: sent, or named, and what became of each.

import * as api from "../api.js";
import { badge, button, field } from "../components/controls.js";
import { playButton } from "../components/audio.js";
import { dropField } from "../components/drop.js";
import { said, showFault } from "../components/fault.js";
import { iconButton } from "../components/icons.js";
import { progressBar } from "../components/progress.js";
import { html, make } from "../dom.js";
import * as format from "../format.js";
import { t } from "../i18n.js";
import { dialog } from "../shell/dialogs.js";

const STATES = { here: "completed", waiting: "queued", failed: "failed" };

export class Sources {
  /** changed() hears that recordings came or went. */
  constructor({ toast, confirm, session }, dataset, changed) {
    Object.assign(this, { toast, confirm, dataset, changed, path: `/training/datasets/${encodeURIComponent(dataset.id)}/sources` });
    this.faults = make("div");
    this.sending = make("div");
    this.list = html`<ul class="source-list"></ul>`;
    this.nothing = make("div");
    this.more = button(t("common.more"), () => this.load(this.next), "btn-outline-secondary");
    this.more.hidden = true;
    this.items = [];
    const drop = dropField("source-files", t("datasets.drop"), "audio/*,video/*,.zip,.gz,.tgz,.tar,.wav,.flac,.mp3,.ogg,.opus,.m4a,.csv", (files) => this.send(files));
    const named = [button(t("datasets.byAddress"), () => this.ask("urls"), "btn-sm btn-outline-secondary", "download")];
    if (session.may("admin")) named.push(button(t("datasets.byFolder"), () => this.ask("folder"), "btn-sm btn-outline-secondary"));
    this.element = html`
      <section class="sheet sheet-pad mb-3" aria-labelledby="sources-title">
        <div class="section-head"><div><h2 id="sources-title" class="fs-5 mb-1">${t("datasets.sources")}</h2><p class="text-body-secondary mb-0">${t("datasets.sourcesAbout")}</p></div><div class="d-flex flex-wrap gap-2">${named}</div></div>
        ${drop}<div class="source-sending">${this.sending}</div>${this.faults}${this.list}${this.nothing}${this.more}
      </section>`;
  }

  async load(cursor) {
    try {
      const page = await api.quietly(api.address("/training/dataset/files", { dataset_id: this.dataset.id, limit: Math.max(50, Math.min(this.items.length, 500)), cursor }));
      this.items = cursor ? [...this.items, ...page.items] : page.items;
      this.next = page.next ?? null;
      this.show();
    } catch (fault) {
      showFault(this.faults, fault, () => this.load(cursor));
    }
  }

  show() {
    this.list.replaceChildren(...this.items.map((one) => this.line(one)));
    this.nothing.replaceChildren(...(this.items.length ? [] : [html`<p class="text-body-secondary m-0 mt-3">${t("datasets.noSources")}</p>`]));
    this.more.hidden = !this.next;
  }

  line(one) {
    const facts = [one.seconds !== undefined && format.seconds(one.seconds), one.address !== one.name && one.address, one.text && t("datasets.hasText"), one.denoised && t("datasets.denoised"), ...one.notes].filter(Boolean).join(" · ");
    const file = `${this.path}/${encodeURIComponent(one.id)}`;
    const failed = (fault) => this.toast("danger", fault);
    const tools = [
      one.status === "here" && playButton(`${file}/audio`, t("common.hear", { name: one.name }), { failed }),
      one.denoised && playButton(`${file}/audio?original=true`, t("datasets.hearOriginal", { name: one.name }), { failed }),
      iconButton("trash", t("datasets.removeOf", { name: one.name }), () => this.remove(one)),
    ].filter(Boolean);
    const fault = one.error && said(one.error);
    return html`<li class="source" data-state="${one.status}"><div class="source-state">${badge(STATES[one.status] ?? "plain", t(`datasets.source_${one.status}`))}</div><div class="min-w-0"><b>${one.name}</b><span class="small text-body-secondary">${facts}</span>${fault && html`<p class="small text-danger-emphasis m-0">${fault.message} ${fault.hint}</p>`}</div><div class="source-tools">${tools}</div></li>`;
  }

  async send(files) {
    if (!files.length || this.stop) return;
    showFault(this.faults);
    const form = new FormData();
    for (const file of files) form.append("files", file);
    const bar = progressBar(t("datasets.sending"));
    this.stop = new AbortController();
    this.sending.replaceChildren(bar.element, button(t("common.cancel"), () => this.stop?.abort(), "btn-sm btn-link"));
    bar.update(0, undefined, t("datasets.sending"));
    try {
      const { data } = await api.upload(this.path, form, { progress: (share) => bar.update(share < 1 ? share : undefined, undefined, t(share < 1 ? "datasets.sending" : "datasets.looking")), signal: this.stop.signal });
      this.toast("success", t("datasets.added", { count: data.items.length }));
    } catch (fault) {
      if (!api.isAbort(fault)) showFault(this.faults, fault);
    }
    this.stop = null;
    this.sending.replaceChildren();
    await this.load();
    this.changed();
  }

  ask(what) {
    const control = what === "urls" ? make("textarea", { className: "form-control", rows: 4 }) : make("input", { className: "form-control" });
    control.toggleAttribute("autofocus", true);
    const faults = make("div");
    const go = html`<button type="submit" class="btn btn-primary">${t("datasets.add")}</button>`;
    const submit = async () => {
      const lines = control.value.split(/\s*\n\s*/).map((line) => line.trim()).filter(Boolean);
      if (!lines.length) return showFault(faults, { message: t(`datasets.${what}Missing`) });
      go.disabled = true;
      showFault(faults);
      try {
        const { items, known } = await api.post(this.path, what === "urls" ? { urls: lines } : { folder: lines[0] });
        this.toast("success", [t("datasets.added", { count: items.length }), known ? t("datasets.known", { count: known }) : ""].filter(Boolean).join(" "));
        box.hide();
        await this.load();
        this.changed();
      } catch (fault) {
        showFault(faults, fault);
      }
      go.disabled = false;
    };
    const box = dialog(t(what === "urls" ? "datasets.byAddress" : "datasets.byFolder"), {
      body: html`<div class="d-grid gap-3">${faults}${field(t(`datasets.${what}`), control, t(`datasets.${what}About`))}</div>`,
      foot: [html`<button type="button" class="btn btn-link" data-bs-dismiss="modal">${t("common.cancel")}</button>`, go],
      submit,
    });
    box.show();
  }

  async remove(one) {
    if (!(await this.confirm(t("datasets.removeSourceSure", { name: one.name }), { action: t("datasets.removeGo") }))) return;
    try {
      await api.delete(`${this.path}/${encodeURIComponent(one.id)}`);
    } catch (fault) {
      this.toast("danger", fault);
    }
    await this.load();
    this.changed();
  }

  leave() { this.stop?.abort(); }
}
