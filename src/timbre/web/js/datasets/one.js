// One dataset: its recordings and steps, its report, its segments to be gone through, what was built of it.

import { languageName } from "../components/controls.js";
import { html, make } from "../dom.js";
import { mountBuilds } from "./builds.js";
import { editDialog } from "./edit.js";
import { icon, iconButton } from "../components/icons.js";
import { mountRecordings } from "./recordings.js";
import { mountReport } from "./report.js";
import { mountReview } from "./review.js";
import { placeOf, TABS } from "./words.js";

const PARTS = { recordings: mountRecordings, report: mountReport, review: mountReview, builds: mountBuilds };

export async function mountOne(root, context) {
  const { api, t, path } = context;
  const [id, asked] = path;
  const tab = TABS.includes(asked) ? asked : TABS[0];
  const dataset = await api.get(`/training/datasets/${encodeURIComponent(id)}`);
  const title = html`<h1>${dataset.name}</h1>`;
  const about = html`<p class="lead mb-0">${languageName(dataset.language)}</p>`;
  const edit = iconButton("edit", t("datasets.changeOf", { name: dataset.name }), async () => {
    const changed = await editDialog(dataset);
    if (!changed) return;
    Object.assign(dataset, { name: changed.name, language: changed.language });
    title.textContent = dataset.name;
    about.textContent = languageName(dataset.language);
  });
  const tabs = TABS.map((name) => {
    const link = html`<a class="tab" href="${placeOf(id, name)}">${t(`datasets.tab_${name}`)}</a>`;
    if (name === tab) link.ariaCurrent = "page";
    return link;
  });
  const place = make("div", { className: "dataset-part" });
  root.append(
    html`<a class="quiet-link d-inline-flex align-items-center gap-1 mb-2" href="#/datasets">${icon("back", 16)}${t("datasets.all")}</a>`,
    html`<div class="page-head dataset-head"><div>${title}${about}</div>${edit}</div>`,
    html`<nav class="tabs" aria-label="${t("datasets.parts")}">${tabs}</nav>`, place);
  return PARTS[tab](place, context, dataset);
}
