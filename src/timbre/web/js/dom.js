// Small helpers for the page's elements.

import { t } from "./i18n.js";

export const $ = (id) => document.getElementById(id);

/** An element with properties and children. Text is always text: nothing here parses HTML. */
export function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/** Shows a refusal: its sentence, and what to do. */
export function showFault(place, fault) {
  const network = fault.code === "network";
  place.querySelector("strong").textContent = network ? t("networkFault") : fault.message;
  place.querySelector("span").textContent = network ? t("networkHint") : (fault.hint ?? "");
  place.classList.remove("d-none");
}

export const hideFault = (place) => place.classList.add("d-none");

/** Offers a file to the browser's downloads. */
export function save(blob, name) {
  const url = URL.createObjectURL(blob);
  make("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

export function options(select, items, chosen) {
  select.replaceChildren(...items.map(([value, label]) => make("option", { value, textContent: label })));
  if (items.some(([value]) => value === chosen)) select.value = chosen;
}
