// The page's words: locales/<language>/<page>.json, flat, each key with its file's name before the point.

export const KNOWN = ["en", "pt-BR"];
let words = {};
const loaded = new Set(); // the files whose words are here
let plural = new Intl.PluralRules("en");

/** The sentence of a key, with {names} filled in. With `count` among them, key_zero, key_one and key_other are looked for too. */
export function t(key, values = {}) {
  const sentence = words[key] ?? (values.count === 0 ? words[`${key}_zero`] : undefined) ?? words[`${key}_${plural.select(values.count ?? 0)}`] ?? words[`${key}_other`] ?? key;
  const put = (value) => (typeof value === "number" ? value.toLocaleString(locale()) : (value ?? ""));
  return sentence.replace(/\{(\w+)\}/g, (_, name) => put(values[name]));
}

/** Whether there are words for a key; for keys that are made of what the service says. */
export const has = (key) => key in words;

export const locale = () => document.documentElement.lang;

/** The language that was chosen before, else the browser's, else English. */
export function preferred() {
  const wished = [localStorage.getItem("timbre.language"), ...navigator.languages].filter(Boolean);
  for (const tag of wished) {
    const found = KNOWN.find((known) => known.split("-")[0] === tag.split("-")[0]);
    if (found) return found;
  }
  return "en";
}

/** Fetches the words of these files, unless they are here. */
export async function load(...names) {
  const missing = names.filter((name) => !loaded.has(name));
  const language = locale();
  const found = await Promise.all(missing.map((name) => words_of(language, name)));
  if (language !== locale()) return load(...names);
  missing.forEach((name, index) => { loaded.add(name); Object.assign(words, found[index]); });
}

async function words_of(language, name) {
  const answer = await fetch(`/static/locales/${language}/${name}.json`);
  if (!answer.ok) throw new Error(`no words: ${language}/${name}`);
  return answer.json();
}

/** Changes to a language, with the words of all files that are here. */
export async function use(language) {
  const names = loaded.size ? [...loaded] : ["common", "shell"];
  const found = await Promise.all(names.map((name) => words_of(language, name)));
  words = Object.assign({}, ...found);
  names.forEach((name) => loaded.add(name));
  plural = new Intl.PluralRules(language);
  document.documentElement.lang = language;
  translate(document);
}

export function choose(language) {
  localStorage.setItem("timbre.language", language);
  return use(language);
}

/** Puts words into all elements below `place` that name a key: data-i18n, data-i18n-label, data-i18n-placeholder. */
function translate(place) {
  for (const one of place.querySelectorAll("[data-i18n]")) one.textContent = t(one.dataset.i18n);
  for (const one of place.querySelectorAll("[data-i18n-placeholder]")) one.placeholder = t(one.dataset.i18nPlaceholder);
  for (const one of place.querySelectorAll("[data-i18n-label]")) {
    one.setAttribute("aria-label", t(one.dataset.i18nLabel));
    if (one.tagName === "BUTTON") one.title = t(one.dataset.i18nLabel);
  }
}
