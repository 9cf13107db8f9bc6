// A panel that comes in from the side, over the page.

import { html } from "../dom.js";
import { t } from "../i18n.js";

let count = 0;

/** { element, title, body, foot, show(), hide(), dispose() }. closed() is called each time it has gone. */
export function drawer(closed = () => {}) {
  const id = `drawer-${++count}`;
  const element = html`
    <section class="offcanvas offcanvas-end drawer" tabindex="-1" role="dialog" aria-modal="true" aria-labelledby="${id}">
      <div class="offcanvas-header">
        <h2 id="${id}" class="offcanvas-title fs-5"></h2>
        <button class="btn-close" type="button" data-bs-dismiss="offcanvas" aria-label="${t("common.close")}"></button>
      </div>
      <div class="offcanvas-body"></div>
      <div class="drawer-foot"></div>
    </section>`;
  document.body.append(element);
  const panel = new bootstrap.Offcanvas(element);
  let before;
  element.addEventListener("hidden.bs.offcanvas", () => {
    closed();
    if (before?.isConnected) before.focus();
  });
  return {
    element,
    title: element.querySelector("h2"),
    body: element.querySelector(".offcanvas-body"),
    foot: element.querySelector(".drawer-foot"),
    show() {
      before = document.activeElement;
      panel.show();
    },
    hide: () => panel.hide(),
    /** Takes it away at once, also while it is open: its page is left. */
    dispose() {
      panel.dispose();
      element.remove();
      document.querySelector(".offcanvas-backdrop")?.remove();
      document.body.style.removeProperty("overflow");
      document.body.style.removeProperty("padding-right");
    },
  };
}
