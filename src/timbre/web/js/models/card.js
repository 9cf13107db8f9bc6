// A model as a card: what it is, what it lacks, and what can be done with it.

import { badge, button, languageName } from "../components/controls.js";
import { iconButton } from "../components/icons.js";
import { html } from "../dom.js";
import * as format from "../format.js";
import { has, t } from "../i18n.js";

/** does: {load, unload, install, remove, licence}, each told the model. may: whether one may do such things. busy: what is going on with it, in words. */
export function card(model, { does, may, busy, engine }) {
  const state = model.loaded ? badge("completed", t("models.loaded")) : model.installed ? badge("plain", t("models.installed")) : badge("queued", t("models.absent"));
  const marks = [state, model.built_in && badge("plain", t("models.builtIn"))].filter(Boolean);
  const languages = model.languages?.map((code) => html`<li>${languageName(code)}</li>`);
  const element = html`<li class="sheet card-item model" aria-busy="${busy ? "true" : "false"}">
    <div class="card-top"><h2 class="h5 text-break">${model.id}</h2><div class="marks">${marks}</div></div>
    <dl class="about-list">${facts(model).map(([word, value]) => [html`<dt>${word}</dt>`, html`<dd>${value}</dd>`]).flat()}</dl>
    ${languages && html`<ul class="tags" aria-label="${t("models.languages")}">${languages}</ul>`}
    ${needs(model)}
    <div class="card-note" role="status">${busy && html`<span class="busy"><span class="spinner-border spinner-border-sm" aria-hidden="true"></span> ${busy}</span>`}</div>
    <div class="card-tools">${tools(model, does, may, busy, engine)}</div></li>`;
  element.dataset.id = model.id;
  return element;
}

function facts(model) {
  const runs = model.runs && Object.values(model.runs).join(", ");
  return [
    [t("models.licence"), model.licence ?? t("models.licenceUnknown")],
    [t("models.size"), model.bytes && format.bytes(model.bytes)],
    [t("models.voices"), model.voices && format.number(model.voices)],
    [t("models.runs"), runs],
    [t("models.source"), model.source],
    [t("models.installedAt"), model.installed_at && format.date(model.installed_at)],
  ].filter(([, value]) => value);
}

/** What it lacks. That it has to be fetched, and its licence accepted, is said by the button. */
function needs(model) {
  const found = model.needs?.filter((need) => need.what !== "licence") ?? [];
  if (!found.length) return null;
  return html`<ul class="needs">${found.map((need) => html`<li>${need.about}</li>`)}</ul>`;
}

function tools(model, does, may, busy, engine) {
  const found = [];
  const words = { model: model.id };
  const act = (word, doing, kind, picture) => {
    const made = button(t(`models.${word}`), () => doing(model), `btn-sm ${kind}`, picture);
    made.ariaLabel = t(has(`models.${word}Of`) ? `models.${word}Of` : `models.${word}`, words);
    made.disabled = Boolean(busy);
    found.push(made);
  };
  if (may && model.loaded) act("unload", does.unload, "btn-outline-secondary", "stop");
  if (may && model.installed && !model.loaded && engine !== "down") act("load", does.load, "btn-primary", "play");
  if (may && !model.installed && !model.installing) act("install", does.install, "btn-primary", "download");
  if (model.licence_accepted !== undefined) act("showLicence", does.licence, "btn-outline-secondary", "");
  if (may && model.removable) {
    const bin = iconButton("trash", t("models.removeOf", words), () => does.remove(model));
    bin.classList.add("ms-auto");
    bin.disabled = Boolean(busy);
    found.push(bin);
  }
  return found;
}
