// All datasets as cards: how much there is of each, and how far it is.

import { badge, button, figureList, languageName } from "../components/controls.js";
import { emptyState } from "../components/empty.js";
import { showFault } from "../components/fault.js";
import { icon, iconButton } from "../components/icons.js";
import { html, make } from "../dom.js";
import { editDialog } from "./edit.js";
import { isLive, placeOf, stateOf } from "./words.js";

const POLL_MS = 3000;
const TYPED_MS = 250;

export async function mountList(root, context) {
  const { api, t, format, toast, navigate } = context;
  const create = button(t("datasets.new"), make_, "btn-primary", "plus");
  const search = html`<input type="search" class="form-control" placeholder="${t("datasets.search")}" aria-label="${t("datasets.search")}">`;
  const faults = make("div");
  const list = html`<ul id="dataset-list" class="card-grid"></ul>`;
  const nothing = make("div");
  const more = button(t("common.more"), () => load(next), "btn-outline-secondary");
  more.classList.add("mt-3");
  more.hidden = true;
  root.append(
    html`<div class="page-head"><div><h1>${t("datasets.title")}</h1><p class="lead mb-0">${t("datasets.lead")}</p></div>${create}</div>`,
    html`<div class="search-box">${icon("search", 18)}${search}</div>`, faults, list, nothing, more);
  let items = [], next = null, left = false, typed;

  async function load(cursor) {
    try {
      const page = await api.get("/training/datasets", { query: { search: search.value.trim(), cursor } });
      if (left) return;
      showFault(faults);
      items = cursor ? [...items, ...page.items] : page.items;
      next = page.next ?? null;
      show();
    } catch (fault) {
      if (!left) showFault(faults, fault, () => load(cursor));
    }
  }

  function show() {
    const focused = list.contains(document.activeElement) ? document.activeElement.closest("[data-id]")?.dataset.id : null;
    list.replaceChildren(...items.map(card));
    if (focused) list.querySelector(`[data-id="${CSS.escape(focused)}"] a`)?.focus();
    const none = search.value.trim() ? emptyState("search", t("datasets.noneFound")) : emptyState("datasets", t("datasets.none"), t("datasets.noneAbout"), button(t("datasets.new"), make_, "btn-primary", "plus"));
    nothing.replaceChildren(...(items.length ? [] : [none]));
    more.hidden = !next;
  }

  function card(dataset) {
    const { figures } = dataset;
    const facts = figures ? [
      [t("datasets.recordedTime"), format.seconds(figures.seconds)],
      [t("datasets.keptTime"), format.seconds(figures.kept_seconds)],
      [t("datasets.segments"), format.number(figures.segments)],
    ] : [];
    const one = html`
      <li class="sheet card-item">
        <div class="card-top"><h2 class="fs-5"><a class="dataset-name" href="${placeOf(dataset.id)}">${dataset.name}</a></h2>${badge(...stateOf(dataset))}</div>
        <p class="small text-body-secondary m-0">${languageName(dataset.language)} · ${format.date(dataset.created_at)}</p>
        ${figureList(facts)}
        <div class="card-tools">
          <a class="btn btn-sm btn-outline-secondary" href="${placeOf(dataset.id)}" aria-label="${t("datasets.openOf", { name: dataset.name })}">${t("datasets.open")}</a><span class="flex-grow-1"></span>
          ${iconButton("edit", t("datasets.changeOf", { name: dataset.name }), () => change(dataset))}${iconButton("trash", t("datasets.removeOf", { name: dataset.name }), () => remove(dataset))}
        </div>
      </li>`;
    one.dataset.id = dataset.id;
    return one;
  }

  async function make_() {
    const made = await editDialog();
    if (made) navigate(placeOf(made.id));
  }

  async function change(dataset) {
    if (await editDialog(dataset)) await load();
  }

  async function remove(dataset) {
    if (!(await context.confirm(t("datasets.removeSure", { name: dataset.name }), { action: t("datasets.removeGo") }))) return;
    try {
      await api.delete(`/training/datasets/${encodeURIComponent(dataset.id)}`);
      toast("success", t("datasets.removed", { name: dataset.name }));
    } catch (fault) {
      toast("danger", fault);
    }
    await load();
    search.focus();
  }

  search.addEventListener("input", () => { clearTimeout(typed); typed = setTimeout(load, TYPED_MS); });
  await load();
  const timer = setInterval(() => { if (items.some(({ job }) => isLive(job)) && !document.hidden && !document.querySelector(".modal.show")) load(); }, POLL_MS);
  return () => { left = true; clearInterval(timer); clearTimeout(typed); };
}
