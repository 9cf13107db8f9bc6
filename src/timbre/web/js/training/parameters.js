// How a run learns: what the service has for it, and what is to differ for this one.

import { button } from "../components/controls.js";
import { drawer } from "../components/drawer.js";
import { html } from "../dom.js";
import { t } from "../i18n.js";
import { parameterName } from "./words.js";

/** items: of GET /training/parameters. changed(parameters) hears what differs. { open(parameters), dispose() } */
export function parametersDrawer(items, changed) {
  const panel = drawer();
  panel.title.textContent = t("training.parameters");
  let controls = [];

  function line(item, chosen) {
    const id = `training-${item.name}`;
    const given = chosen[item.name] ?? item.default;
    let input;
    if (item.type === "boolean") {
      input = html`<input id="${id}" class="form-check-input" type="checkbox">`;
      input.checked = given;
    } else if (item.choices) {
      input = html`<select id="${id}" class="form-select form-select-sm">${item.choices.map((one) => html`<option value="${one}">${one}</option>`)}</select>`;
      input.value = given;
    } else if (item.type === "list") {
      input = html`<textarea id="${id}" class="form-control form-control-sm" rows="3"></textarea>`;
      input.value = (given ?? []).join("\n");
    } else {
      input = html`<input id="${id}" class="form-control form-control-sm" type="${item.type === "string" ? "text" : "number"}">`;
      if (item.type !== "string") Object.assign(input, { step: item.type === "integer" ? 1 : "any", min: item.least ?? item.above ?? "", max: item.most ?? item.below ?? "" });
      input.value = given ?? "";
    }
    const read = () => {
      if (item.type === "boolean") return input.checked;
      if (item.type === "list") return input.value.split("\n").map((one) => one.trim()).filter(Boolean);
      if (["integer", "number"].includes(item.type)) return input.value === "" ? item.default : Number(input.value);
      return input.value;
    };
    controls.push({ item, input, read, touched: item.name in chosen });
    input.addEventListener("input", () => { controls.find((one) => one.input === input).touched = true; });
    return html`<div class="dataset-parameter"><label for="${id}">${parameterName(item.name, item.about)}</label><div>${input}</div></div>`;
  }

  function keep() {
    const wrong = controls.find(({ input }) => !input.checkValidity());
    if (wrong) return wrong.input.reportValidity();
    const same = ({ item, read }) => JSON.stringify(read()) === JSON.stringify(item.default ?? (item.type === "list" ? [] : item.default));
    // What was never touched is left to the service: the rate, say, is the method's.
    changed(Object.fromEntries(controls.filter((one) => one.touched && !same(one)).map(({ item, read }) => [item.name, read()])));
    panel.hide();
  }

  panel.foot.replaceChildren(button(t("training.use"), keep, "btn-primary"), button(t("common.cancel"), () => panel.hide(), "btn-link"));
  return {
    open(chosen) {
      controls = [];
      panel.body.replaceChildren(html`<p class="text-body-secondary">${t("training.parametersAbout")}</p>`, html`<div>${items.map((item) => line(item, chosen))}</div>`);
      panel.show();
    },
    dispose: () => panel.dispose(),
  };
}
