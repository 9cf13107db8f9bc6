// What states, figures and parameters of a run are called.

import { badge } from "../components/controls.js";
import * as format from "../format.js";
import { has, t } from "../i18n.js";

const KINDS = { running: "processing", stopped: "plain" };
export const LIVE = ["queued", "running", "paused"];
export const isLive = (run) => LIVE.includes(run.status);
export const placeOf = (run) => `#/training/${encodeURIComponent(run.id)}`;
export const stateBadge = (status) => badge(KINDS[status] ?? status, t(`training.state_${status}`));

/** What a parameter is called; about: what the service says of it. */
export const parameterName = (name, about = name) => (has(`training.parameter_${name}`) ? t(`training.parameter_${name}`) : about);

/** Figures that checkpoints and samples have, as people read them: [word, value] each. */
export function figuresOf(figures = {}) {
  const rows = [["validation_loss", (value) => format.number(value, 3)], ["similarity", (value) => format.number(value, 3)], ["word_error_rate", (value) => format.percent(value, 1)]];
  return rows.filter(([name]) => Number.isFinite(figures[name])).map(([name, write]) => [t(`training.figure_${name}`), write(figures[name])]);
}
