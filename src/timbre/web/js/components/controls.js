// Small things that several pages are made of.

import { html, make } from "../dom.js";
import { locale } from "../i18n.js";
import { icon } from "./icons.js";

export function button(label, action, kind = "btn-outline-secondary", picture = "") {
  const made = html`<button type="button" class="btn ${kind}">${picture && icon(picture, 18)}<span>${label}</span></button>`;
  made.addEventListener("click", action);
  return made;
}

/** A state in a word, with its colour beside it and never alone. */
export const badge = (kind, label) => html`<span class="state state-${kind}"><i aria-hidden="true"></i><span>${label}</span></span>`;

/** Figures with what they are: [word, value] each. */
export const figureList = (rows) => html`<dl class="figures">${rows.map(([word, value]) => html`<div><dt>${word}</dt><dd class="tabular">${value}</dd></div>`)}</dl>`;

let count = 0;

/** A field with its label; `about` is read with it. */
export function field(label, control, about = "") {
  control.id ||= `field-${++count}`;
  if (about) control.setAttribute("aria-describedby", `${control.id}-about`);
  return html`<div class="field"><label class="form-label" for="${control.id}">${label}</label>${control}${about && html`<div id="${control.id}-about" class="form-text">${about}</div>`}</div>`;
}

/** A list to choose one of: [value, label] each. */
export function choice(items, chosen) {
  const select = make("select", { className: "form-select" }, ...items.map(([value, label]) => make("option", { value, textContent: label })));
  if (items.some(([value]) => value === chosen)) select.value = chosen;
  return select;
}

/** A box to tick, with its words. */
export function tick(label, checked, changed = () => {}) {
  const id = `tick-${++count}`;
  const element = html`<div class="form-check"><input id="${id}" class="form-check-input" type="checkbox"><label class="form-check-label" for="${id}">${label}</label></div>`;
  const input = element.firstChild;
  input.checked = checked;
  input.addEventListener("change", () => changed(input.checked));
  return { element, input };
}

/** A language as the page's language calls it. */
export function languageName(code) {
  try {
    const name = new Intl.DisplayNames(locale(), { type: "language" }).of(code);
    return name.charAt(0).toLocaleUpperCase(locale()) + name.slice(1);
  } catch {
    return code;
  }
}
