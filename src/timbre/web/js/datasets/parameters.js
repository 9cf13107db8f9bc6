// How a dataset is made: what the service has for it, and what is to differ for this one.

import * as api from "../api.js";
import { button } from "../components/controls.js";
import { drawer } from "../components/drawer.js";
import { showFault } from "../components/fault.js";
import { html, make } from "../dom.js";
import { has, t } from "../i18n.js";

/** changed() hears that they were saved. { open(), dispose() } */
export function parametersDrawer({ toast }, dataset, changed) {
  const panel = drawer();
  panel.title.textContent = t("datasets.parameters");
  const faults = make("div");
  let controls = new Map(); // name → { item, input }

  function line(item) {
    const id = `parameter-${item.name}`;
    const value = dataset.parameters[item.name] ?? item.default;
    const name = has(`datasets.parameter_${item.name}`) ? t(`datasets.parameter_${item.name}`) : item.about;
    const yes = item.type === "boolean";
    const input = yes ? html`<input id="${id}" class="form-check-input" type="checkbox">` : html`<input id="${id}" class="form-control form-control-sm" type="${item.type === "string" ? "text" : "number"}">`;
    if (yes) input.checked = value;
    else {
      input.value = value;
      if (item.type !== "string") Object.assign(input, { step: item.type === "integer" ? 1 : "any", min: item.least ?? "", max: item.most ?? "" });
    }
    const back = html`<button type="button" class="btn btn-sm btn-link p-0">${t("datasets.asUsual", { value: yes ? t(item.default ? "datasets.yes" : "datasets.no") : item.default })}</button>`;
    const read = () => (yes ? input.checked : item.type === "string" ? input.value : input.value === "" ? null : Number(input.value));
    const mark = () => { back.hidden = read() === item.default; };
    back.addEventListener("click", () => { if (yes) input.checked = item.default; else input.value = item.default; mark(); input.focus(); });
    input.addEventListener("input", mark);
    mark();
    controls.set(item.name, { item, read });
    return html`<div class="dataset-parameter"><label for="${id}">${name}</label><div>${input}${back}</div></div>`;
  }

  async function save() {
    showFault(faults);
    const parameters = Object.fromEntries([...controls].map(([name, { item, read }]) => [name, read() === item.default ? null : read()]));
    try {
      const changed = await api.patch(`/training/datasets/${encodeURIComponent(dataset.id)}`, { parameters });
      dataset.parameters = changed.parameters;
      toast("success", t("datasets.parametersSaved"));
      panel.hide();
      changed();
    } catch (fault) {
      showFault(faults, fault);
      panel.body.scrollTop = 0;
    }
  }

  panel.foot.replaceChildren(button(t("datasets.save"), save, "btn-primary"), button(t("common.cancel"), () => panel.hide(), "btn-link"));
  return {
    async open() {
      controls = new Map();
      showFault(faults);
      panel.body.replaceChildren(faults);
      panel.show();
      try {
        const { items } = await api.get("/training/datasets/parameters");
        panel.body.replaceChildren(html`<p class="text-body-secondary">${t("datasets.parametersAbout")}</p>`, faults, html`<div>${items.map(line)}</div>`);
      } catch (fault) {
        showFault(faults, fault);
      }
    },
    dispose: () => panel.dispose(),
  };
}
