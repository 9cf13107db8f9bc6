// What speaks up over a page: short notes in the corner, and questions.

import { said } from "../components/fault.js";
import { icon } from "../components/icons.js";
import { $, html } from "../dom.js";
import { t } from "../i18n.js";

const PICTURES = { success: "check", danger: "warning", warning: "warning", info: "info" };

/** A note. kind: success, info, warning, danger. message: a sentence, or what was thrown. */
export function toast(kind, message) {
  const words = typeof message === "string" ? message : Object.values(said(message)).filter(Boolean).join(" ");
  const note = html`<div class="toast note note-${kind}" aria-atomic="true"><div class="toast-body">${icon(PICTURES[kind] ?? "info")}<span>${words}</span><button type="button" class="btn-close" data-bs-dismiss="toast" aria-label="${t("common.close")}"></button></div></div>`;
  $("toasts").append(note);
  note.addEventListener("hidden.bs.toast", () => note.remove());
  new bootstrap.Toast(note, { delay: kind === "danger" ? 12_000 : 5_000 }).show();
}

let count = 0;
const hiding = new WeakMap();

/** Closes what is open, for another page comes. */
export function closeDialogs() {
  for (const element of document.querySelectorAll(".modal:not([data-stays])")) hiding.get(element)?.();
}

/**
 * A dialog of our own, as Bootstrap shows them: { element, body, foot, show(), hide(), closed }. It is taken away when it is closed.
 * closed: a promise of when that was. A form round it all, so that Enter does what its main button does: `submit` hears that.
 * firm: a click beside it does not close it. stays: also when another page is shown.
 */
export function dialog(title, { body = "", foot = [], submit = () => {}, wide = false, firm = false, stays = false } = {}) {
  const id = `dialog-${++count}`;
  const element = html`
    <div class="modal fade" tabindex="-1" role="dialog" aria-modal="true" aria-labelledby="${id}">
      <div class="modal-dialog modal-dialog-centered modal-dialog-scrollable modal-fullscreen-sm-down ${wide ? "modal-lg" : ""}">
        <form class="modal-content" novalidate autocomplete="off">
          <div class="modal-header">
            <h2 id="${id}" class="modal-title fs-5">${title}</h2>
            <button class="btn-close" type="button" data-bs-dismiss="modal" aria-label="${t("common.close")}"></button>
          </div>
          <div class="modal-body">${body}</div>
          <div class="modal-footer">${foot}</div>
        </form>
      </div>
    </div>`;
  element.toggleAttribute("data-stays", stays);
  const modal = new bootstrap.Modal(element, { backdrop: firm ? "static" : true });
  const form = element.querySelector("form");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const at = document.activeElement;
    const done = submit(event);
    if (at.disabled) element.focus(); // a button that works no longer would take the keys with it, Esc too
    await done;
    if (at.isConnected && document.activeElement === element) at.focus();
  });
  const closed = new Promise((resolve) => {
    element.addEventListener("hidden.bs.modal", () => { modal.dispose(); element.remove(); resolve(); });
  });
  // What the focus was on may have been made anew meanwhile; Bootstrap would then leave it nowhere.
  const before = document.activeElement;
  closed.then(() => { if (before?.isConnected && document.activeElement === document.body) before.focus(); });
  element.addEventListener("shown.bs.modal", () => element.querySelector("[autofocus]")?.focus());
  hiding.set(element, () => hide());
  // A dialog that is told to go while it still comes would stay: Bootstrap passes that over.
  let open = false;
  element.addEventListener("shown.bs.modal", () => { open = true; });
  const hide = () => (open ? modal.hide() : element.addEventListener("shown.bs.modal", () => modal.hide(), { once: true }));
  return {
    element,
    form,
    body: element.querySelector(".modal-body"),
    foot: element.querySelector(".modal-footer"),
    closed,
    show() { document.body.append(element); modal.show(); },
    hide,
  };
}

/** Asks; a promise of whether the answer was yes. action: what the button says; danger: whether something is lost by it. */
export function confirm(message, { title = t("common.sure"), action = t("common.yes"), danger = true } = {}) {
  const yes = html`<button type="submit" class="btn ${danger ? "btn-danger" : "btn-primary"}" autofocus>${action}</button>`;
  const no = html`<button type="button" class="btn btn-link" data-bs-dismiss="modal">${t("common.cancel")}</button>`;
  let answer = false;
  const box = dialog(title, { body: html`<p class="mb-0">${message}</p>`, foot: [no, yes], submit: () => { answer = true; box.hide(); } });
  box.show();
  return box.closed.then(() => answer);
}
