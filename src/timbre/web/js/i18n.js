// The page's words: one JSON file a language.

const KNOWN = ["en", "pt-BR"];
let words = {};

/** The sentence of a key, with {names} filled in. */
export const t = (key, facts = {}) => (words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => facts[name] ?? "");

export const locale = () => document.documentElement.lang;

/** Numbers as the page's language writes them. */
export const number = (value, digits = 0) =>
  value.toLocaleString(locale(), { minimumFractionDigits: digits, maximumFractionDigits: digits });

/** The language that was chosen before, else the browser's, else English. */
export function preferred() {
  const wished = [localStorage.getItem("timbre.language"), ...navigator.languages].filter(Boolean);
  for (const tag of wished) {
    const found = KNOWN.find((known) => known.split("-")[0] === tag.split("-")[0]);
    if (found) return found;
  }
  return "en";
}

/** Loads a language and puts its words into every element that names a key. */
export async function use(language) {
  words = await (await fetch(`/static/locales/${language}.json`)).json();
  document.documentElement.lang = language;
  for (const place of document.querySelectorAll("[data-i18n]")) place.textContent = t(place.dataset.i18n);
  for (const place of document.querySelectorAll("[data-i18n-placeholder]")) place.placeholder = t(place.dataset.i18nPlaceholder);
  for (const place of document.querySelectorAll("[data-i18n-label]")) {
    place.setAttribute("aria-label", t(place.dataset.i18nLabel));
    if (place.tagName === "BUTTON") place.title = t(place.dataset.i18nLabel);
  }
}

export function choose(language) {
  localStorage.setItem("timbre.language", language);
  return use(language);
}
