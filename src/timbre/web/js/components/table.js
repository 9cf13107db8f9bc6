// A table that goes on page by page, by the service's cursors.

import { html, make } from "../dom.js";
import { t } from "../i18n.js";
import { showFault } from "./fault.js";

/**
 * { element, reload(), update(item), remove(id), items }.
 *
 * columns: [{ title, cell(item) → text or element, className }]. fetchPage(cursor) → { items, next }. rowId(item): what an item
 * is known by. caption: for who cannot see. empty(): an element for when there is nothing.
 */
export function pagedTable({ columns, fetchPage, rowId = (item) => item.id, caption, empty }) {
  const body = make("tbody");
  const heads = columns.map(({ title, className = "" }) => html`<th scope="col" class="${className}">${title}</th>`);
  const table = html`<div class="table-responsive"><table class="table align-middle mb-0"><caption class="visually-hidden">${caption}</caption><thead><tr>${heads}</tr></thead>${body}</table></div>`;
  const nothing = make("div");
  const more = make("button", { type: "button", className: "btn btn-outline-secondary mt-3", textContent: t("common.more"), hidden: true });
  const faults = make("div");
  const element = make("div", {}, table, nothing, faults, more);
  const rows = new Map(); // id → { item, line }
  let next = null, turn = 0;

  const line = (item) => {
    const row = make("tr");
    row.dataset.id = rowId(item);
    row.append(...columns.map(({ cell, className = "", title }) => {
      const place = make("td", { className }, cell(item));
      place.dataset.title = title;
      return place;
    }));
    return row;
  };
  const show = () => {
    table.hidden = !rows.size;
    nothing.replaceChildren(...(rows.size || !empty ? [] : [empty()]));
    more.hidden = !next;
  };
  async function read(cursor) {
    const mine = ++turn;
    showFault(faults);
    more.disabled = true;
    try {
      const page = await fetchPage(cursor);
      if (mine !== turn) return;
      if (!cursor) { rows.clear(); body.replaceChildren(); }
      for (const item of page.items) put(item, "append");
      next = page.next ?? null;
      show();
    } catch (fault) {
      if (mine === turn && fault.name !== "AbortError") showFault(faults, fault, () => read(cursor));
    } finally {
      more.disabled = false;
    }
  }
  function put(item, how) {
    const known = rows.get(rowId(item));
    const fresh = line(item);
    if (known) known.line.replaceWith(fresh);
    else body[how](fresh);
    rows.set(rowId(item), { item, line: fresh });
  }
  more.addEventListener("click", () => read(next));
  return {
    element,
    get items() { return [...rows.values()].map(({ item }) => item); },
    has: (id) => rows.has(id),
    /** Reads the first page anew. */
    reload: () => read(undefined),
    /** An item that changed, in its place; one that is new comes first. */
    update(item) { put(item, "prepend"); show(); },
    remove(id) { rows.get(id)?.line.remove(); rows.delete(id); show(); },
  };
}
