// What datasets, steps and parameters are called.

import * as format from "../format.js";
import { has, t } from "../i18n.js";

export const STEPS = ["download", "segment", "transcribe", "filter", "build"];
export const TABS = ["recordings", "report", "review", "builds"];
export const isLive = (job) => Boolean(job) && !["completed", "failed", "cancelled"].includes(job.status);

/** The page of a dataset, with what is to be shown there. */
export const placeOf = (id, tab, query = {}) => {
  const asked = new URLSearchParams(Object.entries(query).filter(([, value]) => value)).toString();
  return `#/datasets/${encodeURIComponent(id)}${tab ? `/${tab}` : ""}${asked ? `?${asked}` : ""}`;
};

/** [picture's kind, words] of how far a dataset is. */
export function stateOf({ job, figures }) {
  if (isLive(job)) return job.status === "processing" ? ["processing", t("datasets.working", { share: format.percent(job.progress) })] : [job.status, t(job.status === "paused" ? "datasets.paused" : "datasets.queued")];
  if (!figures || !total(figures)) return ["plain", t("datasets.state_empty")];
  if (figures.builds) return ["completed", t("datasets.state_built")];
  if (figures.segments && figures.transcribed >= figures.segments) return ["processed", t("datasets.state_heard")];
  return figures.segments ? ["processed", t("datasets.state_cut")] : ["plain", t("datasets.state_waiting")];
}

export const total = ({ sources = {} }) => Object.values(sources).reduce((sum, count) => sum + count, 0);

export const reasonName = (reason) => has(`datasets.reason_${reason}`) ? t(`datasets.reason_${reason}`) : reason;

/** A figure of segments as people read it. */
export function told(name, value) {
  if (name === "seconds") return format.seconds(value, 1);
  if (name === "sure") return format.percent(value);
  return format.number(value, 1);
}
