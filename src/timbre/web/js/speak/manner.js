// How it is read: a profile, and what is to be different from it.

import { html, options } from "../dom.js";
import * as format from "../format.js";
import { t } from "../i18n.js";
import { told } from "../profiles/words.js";

// The sliders' reach is what makes sense by ear; the service takes more.
const SLIDERS = [
  { name: "speed", min: 0.5, max: 2, step: 0.05, digits: 2, fallback: 1 },
  { name: "temperature", min: 0.05, max: 1.5, step: 0.05, digits: 2, fallback: 0.75 },
  { name: "top_p", min: 0.05, max: 1, step: 0.05, digits: 2, fallback: 0.85 },
  { name: "top_k", min: 1, max: 200, step: 1, digits: 0, fallback: 50 },
  { name: "repetition_penalty", min: 1, max: 20, step: 0.5, digits: 1, fallback: 5 },
];
const KEPT = "timbre.profile";

/**
 * { element, wanted() → { quality_profile_id, and what differs }, show(profiles, ofModel) }. ofModel: the model's own parameters, which
 * hold where neither the profile nor the reader says otherwise. given: what the page's address sets, as a URLSearchParams.
 */
export function manner(given) {
  const own = Object.fromEntries(SLIDERS.filter(({ name }) => given.has(name)).map(({ name }) => [name, Number(given.get(name))])); // what the reader set
  const picker = html`<select id="profile" class="form-select"></select>`;
  const lines = SLIDERS.map(line);
  const seed = html`<input id="seed" class="form-control" type="number" min="0" step="1" inputmode="numeric" placeholder="${t("speak.seedAny")}">`;
  const reset = html`<button type="button" class="btn btn-sm btn-link p-0" hidden>${t("speak.asProfile")}</button>`;
  const about = html`<p class="form-text mb-0"></p>`;
  const [speed, ...others] = lines;
  const element = html`
    <div class="row g-3">
      <div class="col-sm-6"><label class="form-label d-flex" for="profile">${t("speak.profile")}</label>${picker}</div>
      <div class="col-sm-6">${speed.element}</div>
      <div class="col-12 mt-1">${about}</div>
    </div>
    <details class="mt-2">
      <summary>${t("speak.more")}</summary>
      <div class="row g-3 pt-2">
        ${others.map(({ element: one }) => html`<div class="col-sm-6">${one}</div>`)}
        <div class="col-sm-6"><label class="form-label d-flex" for="seed">${t("speak.seed")}</label>${seed}</div>
        <div class="col-sm-6 d-flex align-items-end">${reset}</div>
      </div>
      <p class="form-text mb-0">${t("speak.moreAbout")}</p>
    </details>`;
  seed.value = given.get("seed") ?? "";
  element.querySelector("details").open = given.has("seed");
  let profiles = [];
  let ofModel = {};

  function line({ name, min, max, step, digits }) {
    const input = html`<input id="${name}" class="form-range" type="range" min="${min}" max="${max}" step="${step}">`;
    const output = html`<output class="ms-auto text-body-secondary tabular" for="${name}"></output>`;
    input.addEventListener("input", () => { own[name] = Number(input.value); showValues(); });
    const show = (value) => {
      input.value = value;
      output.textContent = `${format.number(value, digits)}${name === "speed" ? "×" : ""}`;
      input.ariaValueText = output.textContent;
      output.classList.toggle("own", name in own);
    };
    return { name, show, element: html`<div><label class="form-label d-flex" for="${name}"><span>${t(`speak.${name}`)}</span>${output}</label>${input}</div>` };
  }

  const chosen = () => profiles.find((profile) => profile.id === picker.value);

  function showValues() {
    const profile = chosen() ?? {};
    lines.forEach((one, index) => one.show(own[one.name] ?? profile[one.name] ?? ofModel[one.name] ?? SLIDERS[index].fallback));
    reset.hidden = !Object.keys(own).length;
    about.textContent = profile.about ? told(profile, "about") : "";
    about.parentElement.hidden = !about.textContent;
  }

  picker.addEventListener("change", () => {
    localStorage.setItem(KEPT, picker.value);
    showValues();
  });
  reset.addEventListener("click", () => {
    for (const name of Object.keys(own)) delete own[name];
    showValues();
    picker.focus();
  });
  showValues();
  return {
    element,
    wanted: () => ({ quality_profile_id: picker.value || undefined, ...own, seed: seed.value === "" ? undefined : Number(seed.value) }),
    show(found, parameters) {
      profiles = found;
      ofModel = parameters;
      const standard = profiles.find((profile) => profile.default)?.id;
      options(picker, profiles.map((profile) => [profile.id, told(profile, "name")]), [picker.value, localStorage.getItem(KEPT), standard].find((id) => profiles.some((profile) => profile.id === id)));
      showValues();
    },
  };
}
