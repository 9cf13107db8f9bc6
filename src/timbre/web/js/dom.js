// Small helpers for elements. Text is always text: what comes from elsewhere is never read as HTML.

export const $ = (id) => document.getElementById(id);

/** An element with properties and children. */
export function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

const ESCAPED = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/**
 * The element, or the elements, of a template: html`<p class="lead">${text}${button}</p>`.
 * A text or a number is put in as text, also inside quotes; an element, or a list of them, takes its place; null and false are nothing.
 */
export function html(strings, ...values) {
  const nodes = [];
  const put = (value) => {
    if (value === null || value === undefined || value === false) return "";
    if (value instanceof Node || Array.isArray(value)) return `<template data-slot="${nodes.push(value) - 1}"></template>`;
    return String(value).replace(/[&<>"']/g, (letter) => ESCAPED[letter]);
  };
  const template = document.createElement("template");
  template.innerHTML = strings.map((text, index) => (index ? put(values[index - 1]) : "") + text).join("").trim();
  const { content } = template;
  for (const slot of content.querySelectorAll("template[data-slot]")) slot.replaceWith(...[nodes[slot.dataset.slot]].flat());
  return content.childNodes.length === 1 ? content.firstChild : content;
}

export function options(select, items, chosen) {
  select.replaceChildren(...items.map(([value, label]) => make("option", { value, textContent: label })));
  if (items.some(([value]) => value === chosen)) select.value = chosen;
}

/** Offers a file to the browser's downloads. */
export function save(blob, name) {
  const url = URL.createObjectURL(blob);
  make("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
