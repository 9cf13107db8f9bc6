// Profiles: named ways to read, built in or of one's own, heard before they are used.

import * as api from "../api.js";
import { badge, button } from "../components/controls.js";
import { showFault } from "../components/fault.js";
import { iconButton } from "../components/icons.js";
import { html, make } from "../dom.js";
import { t } from "../i18n.js";
import { Compare } from "../profiles/compare.js";
import { edit } from "../profiles/editor.js";
import { PARAMETERS, ranges, sampling, shown } from "../profiles/ranges.js";
import { ready, told } from "../profiles/words.js";
import { dialog } from "../shell/dialogs.js";

export const name = "profiles";
const PATH = "/quality-profiles";
const at = (profile) => `${PATH}/${encodeURIComponent(profile.id)}`;

export async function mount(root, context) {
  const page = new Profiles(root, context);
  await page.start();
  return () => page.leave();
}

class Profiles {
  constructor(root, { toast, confirm }) {
    Object.assign(this, { toast, confirm, items: [], known: { voices: [], languages: [] } });
    this.faults = make("div");
    this.grid = make("ul", { className: "card-grid", ariaLabel: t("profiles.title") });
    const add = button(t("profiles.new"), () => this.edit(null), "btn-primary", "plus");
    root.append(html`<div class="page-head"><div><h1>${t("profiles.title")}</h1><p class="text-body-secondary mb-0">${t("profiles.lead")}</p></div>${add}</div>`, this.faults, this.grid);
  }

  async start() {
    const ask = (path) => api.get(path).catch(() => ({ items: [] }));
    const known = Promise.all(["/voices", "/languages"].map(ask));
    await ready();
    await this.load();
    const [voices, languages] = await known;
    this.known = { voices: voices.items, languages: languages.items.map((one) => one.code) };
  }

  leave() { this.box?.hide(); }

  get base() { return this.items.find((one) => one.default) ?? this.items[0]; }

  async load() {
    showFault(this.faults);
    try {
      this.items = (await api.get(PATH)).items;
    } catch (fault) {
      return showFault(this.faults, fault, () => this.load());
    }
    const had = document.activeElement?.closest("[data-id]")?.dataset.id;
    this.grid.replaceChildren(...this.items.map((one) => this.card(one)));
    if (had) [...this.grid.children].find((one) => one.dataset.id === had)?.querySelector("button")?.focus();
  }

  card(profile) {
    const marks = [profile.default && badge("completed", t("profiles.default")), profile.built_in && badge("plain", t("profiles.builtIn"))].filter(Boolean);
    const set = sampling(profile);
    const facts = Object.keys(PARAMETERS).filter((one) => one in set).map((one) => html`<div><dt>${t(`profiles.${one}`)}</dt><dd class="tabular">${shown(one, set[one])}</dd></div>`);
    const rest = facts.length || profile.built_in ? null : html`<p class="small text-body-secondary mb-0">${t("profiles.allAsModel")}</p>`;
    const words = { name: told(profile, "name") };
    const tools = [button(t("profiles.try"), () => this.hear(profile), "btn-sm btn-outline-secondary", "speak")];
    tools[0].ariaLabel = t("profiles.tryOf", words);
    if (!profile.default) {
      const standard = button(t("profiles.setDefault"), () => this.act(() => api.post(`${at(profile)}/set-default`), "profiles.defaultNow", words), "btn-sm btn-link");
      standard.ariaLabel = t("profiles.setDefaultOf", words);
      tools.push(standard);
    }
    tools.push(html`<span class="ms-auto"></span>`);
    if (!profile.built_in) tools.push(iconButton("edit", t("profiles.editOf", words), () => this.edit(profile)));
    tools.push(iconButton("copy", t("profiles.duplicateOf", words), () => this.act(() => api.post(`${at(profile)}/duplicate`), "profiles.duplicated", words)));
    if (!profile.built_in) tools.push(iconButton("trash", t("profiles.deleteOf", words), () => this.remove(profile)));
    const card = html`<li class="sheet card-item"><div class="card-top"><h2 class="h5 text-break">${words.name}</h2><div class="marks">${marks}</div></div>${profile.about && html`<p class="text-body-secondary mb-0">${told(profile, "about")}</p>`}<dl class="figures">${facts}</dl>${rest}<div class="card-tools">${tools}</div></li>`;
    card.dataset.id = profile.id;
    return card;
  }

  async act(doing, done, words) {
    try {
      await doing();
      await this.load();
      this.toast("success", t(done, words));
    } catch (fault) {
      this.toast("danger", fault);
    }
  }

  async remove(profile) {
    const words = { name: told(profile, "name") };
    const sure = [t("profiles.deleteSure", words), ...(profile.default ? [t("profiles.deleteDefault")] : [])].join(" ");
    if (await this.confirm(sure, { action: t("profiles.delete") })) await this.act(() => api.delete(at(profile)), "profiles.deleted", words);
  }

  async edit(profile) {
    try {
      const bounds = await ranges();
      this.box = edit(profile, this.base, bounds, this.known, (saved) => {
        this.toast("success", t("profiles.saved", { name: saved.name }));
        this.load();
      });
    } catch (fault) {
      this.toast("danger", fault);
    }
  }

  /** A sentence by the profile, beside the default one. */
  hear(profile) {
    const other = profile.default ? this.items.find((one) => one.id !== profile.id) : this.base;
    const ways = [other, profile].filter(Boolean).map((one) => ({ name: told(one, "name"), sampling: sampling(one) }));
    const compare = new Compare(this.known, () => ways);
    const lead = html`<p class="text-body-secondary">${t("profiles.tryAbout", { name: told(profile, "name"), other: other ? told(other, "name") : "" })}</p>`;
    const close = html`<button type="button" class="btn btn-link" data-bs-dismiss="modal">${t("common.close")}</button>`;
    this.box = dialog(t("profiles.tryTitle", { name: told(profile, "name") }), { body: html`<div>${lead}${compare.element}</div>`, foot: [close] });
    this.box.closed.then(() => compare.leave());
    this.box.show();
  }
}
