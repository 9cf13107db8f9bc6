// TensorBoard, in a frame that is nobody's page: none of its scripts can reach ours.

import { button } from "../components/controls.js";
import { showFault } from "../components/fault.js";
import { html, make } from "../dom.js";
import { load } from "../i18n.js";

/** Adds the section to a place; it asks for TensorBoard once it is opened. */
export async function mountBoard(place, { api, t }) {
  await load("board");
  const faults = make("div");
  const shown = make("div");
  const about = html`<p class="text-body-secondary my-2" aria-live="polite">${t("board.about")}</p>`;
  const again = button(t("board.again"), open, "btn-outline-secondary btn-sm");
  again.hidden = true;
  const section = html`<details class="sheet sheet-pad"><summary><h2 class="fs-5 d-inline">${t("board.title")}</h2></summary>${about}${faults}${shown}<div class="training-tools">${again}</div></details>`;
  section.id = "board";
  section.addEventListener("toggle", () => { if (section.open && !shown.childElementCount) open(); });
  place.append(section);

  async function open() {
    showFault(faults);
    about.textContent = t("board.starting");
    try {
      const { url } = await api.get("/training/tensorboard-url");
      shown.replaceChildren(html`<iframe class="board-frame" title="${t("board.title")}" sandbox="allow-scripts" referrerpolicy="no-referrer" src="${url}"></iframe>`);
    } catch (fault) {
      showFault(faults, fault, open);
    }
    about.textContent = t("board.about");
    again.hidden = !shown.childElementCount;
  }
}
