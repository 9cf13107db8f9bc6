// All that is known of a checkpoint, from the side.

import { drawer } from "../components/drawer.js";
import { showFault } from "../components/fault.js";
import { html, make } from "../dom.js";
import { saidOne } from "../training/said.js";
import { parameterName, placeOf } from "../training/words.js";

/** { open(checkpoint), dispose() } */
export function detailsDrawer({ api, t }) {
  const panel = drawer();
  panel.foot.remove(); // nothing is done here
  return {
    async open(checkpoint) {
      const faults = make("div");
      panel.title.textContent = checkpoint.name;
      panel.body.replaceChildren(faults);
      panel.show();
      try {
        const { run, dataset, parameters, samples } = await api.get(`/training/checkpoint/${encodeURIComponent(checkpoint.id)}/details`);
        const facts = [[t("checkpoints.id"), html`<code>${checkpoint.id}</code>`], run && [t("checkpoints.run"), html`<a href="${placeOf(run)}">${run.name}</a>`], dataset && [t("checkpoints.dataset"), html`<a href="#/datasets/${encodeURIComponent(dataset.id)}">${dataset.name}</a>`]].filter(Boolean);
        panel.body.replaceChildren(faults, list(facts),
          ...(samples.length ? [html`<h3 class="fs-6">${t("checkpoints.samples")}</h3>`, html`<div class="said-list">${samples.map(saidOne)}</div>`] : []),
          ...(parameters ? [html`<h3 class="fs-6">${t("checkpoints.parameters")}</h3>`, list(Object.entries(parameters).map(([key, value]) => [parameterName(key), String(value)]))] : []));
      } catch (fault) {
        showFault(faults, fault);
      }
    },
    dispose: () => panel.dispose(),
  };
}

const list = (rows) => html`<dl class="about-list">${rows.map(([word, value]) => [html`<dt>${word}</dt>`, html`<dd>${value}</dd>`]).flat()}</dl>`;
