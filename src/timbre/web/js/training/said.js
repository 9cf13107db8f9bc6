// What a checkpoint said, beside a recording of the person, with its figures.

import { clip } from "../components/clip.js";
import { figureList } from "../components/controls.js";
import { html } from "../dom.js";
import { t } from "../i18n.js";
import { figuresOf } from "./words.js";

const player = (word, url, label) => html`<div><span class="small text-body-secondary">${word}</span>${clip(url, label).element}</div>`;

export const players = (takes) => html`<div class="players">${takes.map(([word, url, label]) => player(word, url, label))}</div>`;

/** sample: of GET /training/samples. */
export function saidOne(sample) {
  const { step, text, audio, reference, figures } = sample;
  const takes = [[t("training.output"), audio, t("training.outputOf", { step })]];
  if (reference) takes.push([t("training.reference"), reference, t("training.referenceOf", { step })]);
  return html`<div class="said-one"><p><b>${t("training.atStep", { step })}</b> ${text}</p>${players(takes)}${figureList(figuresOf(figures))}${figures?.heard && html`<p class="small text-body-secondary">${t("training.heard", { text: figures.heard })}</p>`}</div>`;
}
