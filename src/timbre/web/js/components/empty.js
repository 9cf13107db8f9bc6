// What a page shows where there is nothing yet: a picture, a sentence, and what to do.

import { html } from "../dom.js";
import { icon } from "./icons.js";

/** actions: elements, such as a link that looks like a button. */
export const emptyState = (name, title, about = "", ...actions) =>
  html`<div class="empty">${icon(name, 36)}<p class="empty-title">${title}</p><p class="text-body-secondary">${about}</p><div class="d-flex flex-wrap gap-2 justify-content-center">${actions}</div></div>`;
