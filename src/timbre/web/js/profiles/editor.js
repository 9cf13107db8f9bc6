// The dialog in which a profile is made or changed: what it leaves to the model, and what it sets.

import * as api from "../api.js";
import { field } from "../components/controls.js";
import { showFault } from "../components/fault.js";
import { html, make } from "../dom.js";
import { t } from "../i18n.js";
import { dialog } from "../shell/dialogs.js";
import { Compare } from "./compare.js";
import { PARAMETERS, sampling } from "./ranges.js";
import { told } from "./words.js";

const LONGEST_NAME = 80, LONGEST_ABOUT = 400;

/** profile: the one to change, or null. base: the default one, to compare with. saved(profile) hears what came of it. */
export function edit(profile, base, bounds, known, saved) {
  const name = make("input", { className: "form-control", maxLength: LONGEST_NAME, value: profile?.name ?? "", required: true });
  name.setAttribute("autofocus", "");
  const about = make("input", { className: "form-control", maxLength: LONGEST_ABOUT, value: profile?.about ?? "" });
  const faults = make("div", { className: "mt-3" });
  const controls = Object.keys(PARAMETERS).map((one) => control(one, profile?.[one], bounds[one]));
  const values = () => Object.fromEntries(controls.map((one) => [one.name, one.value()]));
  const compare = new Compare(known, () => [
    { name: told(base, "name"), sampling: sampling(base) },
    { name: name.value.trim() || t("profiles.this"), sampling: sampling(values()) },
  ]);
  const go = html`<button type="submit" class="btn btn-primary">${t(profile ? "profiles.save" : "profiles.create")}</button>`;
  const away = html`<button type="button" class="btn btn-link" data-bs-dismiss="modal">${t("common.cancel")}</button>`;
  const hear = html`<details class="mt-3"><summary>${t("profiles.hearBeside", { name: told(base, "name") })}</summary><div class="pt-3">${compare.element}</div></details>`;
  const body = html`<div>
    <div class="row g-3"><div class="col-sm-5">${field(t("profiles.name"), name)}</div><div class="col-sm-7">${field(t("profiles.about"), about)}</div></div>
    <div class="parameters mt-3">${controls.map((one) => one.element)}</div>${hear}${faults}</div>`;
  const box = dialog(t(profile ? "profiles.edit" : "profiles.new"), { body, foot: [away, go], submit: send, wide: true });

  async function send() {
    showFault(faults);
    if (!name.value.trim()) {
      showFault(faults, { message: t("profiles.needName") });
      return name.focus();
    }
    const wrong = controls.find((one) => !one.valid());
    if (wrong) {
      showFault(faults, { message: t("profiles.wrongValue", { name: t(`profiles.${wrong.name}`), ...wrong.words }) });
      return wrong.focus();
    }
    go.disabled = true;
    const given = Object.entries(values());
    const wish = { name: name.value.trim(), about: about.value.trim(), ...Object.fromEntries(profile ? given : given.filter(([, value]) => value !== null)) };
    try {
      const path = "/quality-profiles";
      saved(profile ? await api.patch(`${path}/${encodeURIComponent(profile.id)}`, wish) : await api.post(path, wish));
      box.hide();
    } catch (fault) {
      showFault(faults, fault);
    } finally {
      go.disabled = false;
    }
  }

  box.closed.then(() => compare.leave());
  box.show();
  return box;
}

/** A parameter: a box to tick that says whether the profile sets it, then a slider with its number. */
function control(name, value, { low, high }) {
  const { step, places, start } = PARAMETERS[name];
  const set = value !== undefined && value !== null;
  const id = `parameter-${name}`;
  const known = set ? value : start;
  const tick = make("input", { type: "checkbox", className: "form-check-input", id, checked: set });
  const number = make("input", { type: "number", className: "form-control form-control-sm tabular", min: low, max: high, step: "any", value: known, ariaLabel: t("profiles.valueOf", { name: t(`profiles.${name}`) }) });
  if (places === 0) number.step = 1;
  const slider = name === "seed" ? null : make("input", { type: "range", className: "form-range", min: low, max: high, step, value: known, ariaLabel: t("profiles.sliderOf", { name: t(`profiles.${name}`) }) });
  const own = make("span", { className: "small text-body-secondary as-model", textContent: t(name === "seed" ? "profiles.seedNew" : "profiles.asModel") });
  const show = () => {
    number.disabled = !tick.checked;
    if (slider) slider.disabled = !tick.checked;
    element.classList.toggle("unset", !tick.checked);
  };
  slider?.addEventListener("input", () => { number.value = Number(Number(slider.value).toFixed(places)); });
  number.addEventListener("input", () => { if (slider && number.value !== "") slider.value = number.value; });
  const element = html`<div class="parameter">
    <div class="form-check mb-0">${tick}<label class="form-check-label" for="${id}">${t(`profiles.${name}`)}</label><div class="form-text mt-0">${t(`profiles.${name}About`)}</div></div>
    <div class="parameter-value">${slider ?? make("span")}${number}</div>${own}</div>`;
  tick.addEventListener("change", () => { show(); if (tick.checked) (slider ?? number).focus(); });
  show();
  return {
    name, element,
    words: { low, high },
    value: () => (tick.checked ? Number(number.value) : null),
    valid: () => !tick.checked || (number.value !== "" && number.validity.valid),
    focus: () => number.focus(),
  };
}
