// An engine: what it holds, does, and has done since it started; and a figure with its word, as all of Admin shows them.

import { badge } from "../components/controls.js";
import { html } from "../dom.js";
import * as format from "../format.js";
import { t } from "../i18n.js";

const MB = 2 ** 20;

/** A figure with its word. */
export const tile = (word, value) => html`<div><dt>${word}</dt><dd class="tabular">${value}</dd></div>`;

export function engine(found) {
  const state = found.error ? badge("failed", t("admin.engineDown")) : !found.ready ? badge("paused", t("admin.engineStarting")) : found.running ? badge("processing", t("admin.engineSpeaks")) : badge("completed", t("admin.engineReady"));
  const count = (value) => (value === undefined ? undefined : format.number(value));
  const facts = [
    ["device", found.runs && Object.values(found.runs).join(", ")],
    ["running", found.running === undefined ? undefined : t("admin.ofRows", { count: found.running, rows: found.rows ?? "" })],
    ["waiting", count(found.waiting)],
    ["utterances", count(found.utterances)],
    ["audioMade", found.audio_s ? format.seconds(found.audio_s) : undefined],
    ["factor", found.audio_s ? format.number(found.work_s / found.audio_s, 2) : undefined],
    ["memory", found.resident_mb && format.bytes(found.resident_mb * MB)],
    ["cache", found.cache_mb && t("admin.ofBytes", { used: format.bytes(found.cache_mb.used * MB), limit: format.bytes(found.cache_mb.limit * MB) })],
    ["up", found.up_s && format.seconds(found.up_s)],
  ].filter(([, value]) => value !== undefined && value !== null);
  return html`<div><div class="d-flex flex-wrap align-items-center gap-2 mb-2"><h3 class="h6 mb-0">${t("admin.engine")}: ${found.model ?? t("admin.noModel")}</h3>${state}</div>
    ${found.error && html`<p class="text-danger-emphasis">${found.error.message}</p>`}<dl class="tiles">${facts.map(([word, value]) => tile(t(`admin.${word}`), value))}</dl></div>`;
}
