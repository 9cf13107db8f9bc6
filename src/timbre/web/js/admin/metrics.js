// The highlights of GET /metrics: how much is asked for, how it is answered, how quickly it is heard.

import * as api from "../api.js";
import { showFault } from "../components/fault.js";
import { html, make } from "../dom.js";
import * as format from "../format.js";
import { t } from "../i18n.js";
import { tile } from "./engines.js";

const LINE = /^([A-Za-z_:][\w:]*)(?:\{(.*)\})? (\S+)/;
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g;

/** The samples of an exposition: { name, labels, value } each. */
export function samples(source) {
  return source.split("\n").filter((line) => line && !line.startsWith("#")).map((line) => LINE.exec(line)).filter(Boolean)
    .map(([, name, labels = "", value]) => ({ name, labels: Object.fromEntries([...labels.matchAll(LABEL)].map(([, key, said]) => [key, said])), value: Number(value.replace("Inf", "Infinity")) }));
}

/** The bound that this share of a histogram's values lies within; undefined where there are none. */
export function within(found, name, share) {
  const bounds = new Map();
  for (const one of found) if (one.name === `${name}_bucket`) bounds.set(Number(one.labels.le.replace("Inf", "Infinity")), (bounds.get(Number(one.labels.le.replace("Inf", "Infinity"))) ?? 0) + one.value);
  const sorted = [...bounds].sort(([a], [b]) => a - b);
  const all = sorted.at(-1)?.[1] ?? 0;
  return all ? sorted.find(([, count]) => count >= share * all)[0] : undefined;
}

/** What is shown of them: [word, value] each, without those that there is nothing to say of. */
export function highlights(found) {
  const sum = (name, fits = () => true) => found.filter((one) => one.name === name && fits(one.labels)).reduce((all, one) => all + one.value, 0);
  const count = (digit) => format.number(sum("timbre_requests_total", ({ status }) => status.startsWith(digit)));
  const bound = (value) => (value === Infinity ? undefined : `≤ ${format.seconds(value, value < 1 ? 2 : 1)}`);
  const [first, answers] = ["timbre_first_audio_seconds", "timbre_request_seconds"].map((name) => within(found, name, 0.95));
  return [
    ["requests", format.number(sum("timbre_requests_total"))],
    ["refused", count("4")],
    ["failed", count("5")],
    ["answered", answers && bound(answers)],
    ["firstAudio", first && bound(first)],
    ["audioSent", format.seconds(sum("timbre_audio_seconds_total"))],
    ["sockets", format.number(sum("timbre_sockets"))],
  ].filter(([, value]) => value !== undefined);
}

/** The section: { element, load(), again }. load() says whether the service tells such figures. */
export function metrics() {
  const place = make("dl", { className: "tiles" });
  const faults = make("div");
  const element = html`<section class="sheet sheet-pad" aria-labelledby="metrics-title"><div class="section-head"><div><h2 id="metrics-title" class="h5 mb-0">${t("admin.metrics")}</h2><p class="small text-body-secondary mb-0">${t("admin.metricsAbout")}</p></div><a class="btn btn-sm btn-outline-secondary" href="/metrics" target="_blank" rel="noreferrer">/metrics</a></div>${faults}${place}</section>`;

  async function load() {
    try {
      const found = samples(await (await api.call("/metrics")).text());
      showFault(faults);
      place.replaceChildren(...highlights(found).map(([word, value]) => tile(t(`admin.metric.${word}`), value)));
    } catch (fault) {
      if (fault.status === 404) return false;
      showFault(faults, fault);
    }
    return true;
  }

  return { element, load, again: true };
}
