// What the service does now, as figures: the engine, what it speaks, the jobs, the disk.

import { html } from "../dom.js";
import * as format from "../format.js";
import { t } from "../i18n.js";

const STATES = ["queued", "processing", "paused", "completed", "failed", "cancelled"];

/** A tile: what it is, the figure, and what else belongs to it. share: of a bar below; undefined: none. */
export function tile(title, figure, lines = [], share = undefined, href = "") {
  const element = html`
    <div class="sheet now-tile">
      <h2>${href ? html`<a href="${href}">${title}</a>` : title}</h2>
      <p class="figure tabular">${figure}</p>
      ${share !== undefined && html`<div class="progress" role="meter" aria-label="${title}" aria-valuemin="0" aria-valuemax="100" aria-valuenow="${Math.round(100 * share)}"><div class="progress-bar"></div></div>`}
      ${lines.filter(Boolean).map((line) => html`<p class="small text-body-secondary m-0">${line}</p>`)}
    </div>`;
  const bar = element.querySelector(".progress-bar");
  if (bar) bar.style.width = `${100 * share}%`;
  return element;
}

/** The engines, by the shell's watch: how each stands, and where it runs. */
export function engineTile(engine) {
  const state = t(`dashboard.engine_${engine.state}`);
  const [first] = engine.items;
  const name = engine.items.length > 1 ? t("dashboard.engines", { count: engine.items.length }) : engine.model;
  const runs = first?.runs && [first.runs.device, first.runs.weights].filter(Boolean).join(" · ");
  const fault = first?.error?.message;
  return tile(t("dashboard.model"), name || "–", [html`<span data-state="${engine.state}"><i class="dot d-inline-block me-2"></i>${state}</span>`, fault ?? runs, first?.resident_mb && t("dashboard.memory", { size: format.bytes(1e6 * first.resident_mb) })], undefined, "#/models");
}

/** What is spoken at this moment, over all engines. */
export function speakingTile(engine) {
  const sum = (name) => engine.items.reduce((total, one) => total + (one[name] ?? 0), 0);
  const [running, rows, waiting, made] = ["running", "rows", "waiting", "audio_s"].map(sum);
  if (!rows) return null;
  return tile(t("dashboard.speaking"), t("dashboard.ofRows", { running, rows }), [t("dashboard.waiting", { count: waiting }), made > 0 && t("dashboard.madeSoFar", { time: format.seconds(made) })], Math.min(1, running / rows));
}

export function jobsTile(counts) {
  const alive = (counts.queued ?? 0) + (counts.processing ?? 0);
  const others = STATES.filter((state) => counts[state]).map((state) => `${t(`jobs.state.${state}`)}: ${format.number(counts[state])}`);
  return tile(t("dashboard.jobs"), format.number(alive), [t("dashboard.alive"), others.join(" · ") || t("dashboard.noJobs")], undefined, "#/jobs");
}

/** Of GET /admin/stats; null where it tells nothing of a disk. */
export function storageTile(stats) {
  const { disk, storage, models_bytes } = stats ?? {};
  if (!disk) return null;
  const used = 1 - disk.free_bytes / disk.total_bytes;
  return tile(t("dashboard.disk"), t("dashboard.free", { size: format.bytes(disk.free_bytes) }), [storage && t("dashboard.files", { count: storage.files, size: format.bytes(storage.bytes) }), models_bytes > 0 && t("dashboard.models", { size: format.bytes(models_bytes) })], used, "#/admin");
}
