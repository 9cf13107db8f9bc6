// What a dataset holds, in figures.

import { emptyState } from "../components/empty.js";
import { histogram } from "../components/histogram.js";
import { sufficiency } from "../components/sufficiency.js";
import { html, make } from "../dom.js";
import { placeOf, reasonName, told } from "./words.js";

const SHOWN = ["snr_db", "seconds", "sure", "rate"];
const RARE = 5;

export async function mountReport(place, { api, t, has, format, locale }, dataset) {
  const report = await api.get(`/training/datasets/${encodeURIComponent(dataset.id)}/report`);
  const { segments, seconds, reasons, speakers, histograms, sounds, verdict } = report;
  if (!segments.kept && !segments.dropped) {
    place.append(emptyState("info", t("datasets.reportNone"), t("datasets.reportNoneAbout"), html`<a class="btn btn-primary" href="${placeOf(dataset.id)}">${t("datasets.tab_recordings")}</a>`));
    return null;
  }
  const tile = (word, value, about) => html`<div><dt>${word}</dt><dd class="tabular">${value}</dd>${about && html`<dd class="tile-about">${about}</dd>`}</div>`;
  const share = seconds.kept / Math.max(1e-9, seconds.kept + seconds.dropped);
  const tiles = html`<dl class="tiles mb-3">${[
    tile(t("datasets.keptTime"), format.seconds(seconds.kept), format.percent(share)),
    tile(t("datasets.droppedTime"), format.seconds(seconds.dropped), format.percent(1 - share)),
    tile(t("datasets.keptSegments"), format.number(segments.kept), ""),
    tile(t("datasets.droppedSegments"), format.number(segments.dropped), ""),
    speakers && tile(t("datasets.mainSpeaker"), format.seconds(speakers.main_s), t("datasets.otherSpeakers", { time: format.seconds(speakers.others_s) })),
  ].filter(Boolean)}</dl>`;
  place.append(tiles);
  if (verdict) place.append(html`<section class="sheet sheet-pad mb-3"><h2 class="fs-5">${t("datasets.verdict")}</h2><p class="m-0">${sufficiency({ t, format }, verdict)}</p></section>`);

  const rows = Object.entries(reasons).sort(([, one], [, other]) => other.segments - one.segments);
  const shown = rows.map(([reason, { segments: count, seconds: time }]) => {
    const link = reason === "person" ? placeOf(dataset.id, "review", { state: "dropped" }) : placeOf(dataset.id, "review", { state: "dropped", reason });
    return html`<tr><th scope="row"><a href="${link}">${reasonName(reason)}</a></th><td class="tabular text-end">${format.number(count)}</td><td class="tabular text-end">${format.seconds(time)}</td></tr>`;
  });
  const table = html`<table class="table mb-0"><caption class="visually-hidden">${t("datasets.reasons")}</caption><thead><tr><th scope="col">${t("datasets.reason")}</th><th scope="col" class="text-end">${t("datasets.segments")}</th><th scope="col" class="text-end">${t("datasets.time")}</th></tr></thead><tbody>${shown}</tbody></table>`;
  place.append(html`<section class="sheet sheet-pad mb-3"><h2 class="fs-5">${t("datasets.reasons")}</h2>${rows.length ? table : html`<p class="text-body-secondary m-0">${t("datasets.reasonsNone")}</p>`}</section>`);

  const words = { kept: t("datasets.kept"), dropped: t("datasets.dropped"), range: t("datasets.range") };
  const drawn = SHOWN.filter((name) => histograms[name]).map((name) => histogram(histograms[name], { ...words, title: t(`datasets.histogram_${name}`) }, (value) => told(name, value)));
  if (drawn.length) place.append(html`<section class="sheet sheet-pad mb-3"><div class="section-head"><h2 class="fs-5 m-0">${t("datasets.histograms")}</h2><p class="histogram-key small m-0"><span class="key-kept">${words.kept}</span><span class="key-dropped">${words.dropped}</span></p></div><div class="histograms">${drawn}</div></section>`);

  if (sounds) {
    const letters = Object.entries(sounds.characters).map(([letter, count]) => html`<li class="${count < RARE ? "rare" : ""}"><b>${letter}</b> <span class="tabular">${format.number(count)}</span></li>`);
    const missing = sounds.missing.length ? t("datasets.coverageMissing", { letters: sounds.missing.join(" ") }) : t("datasets.coverageWhole");
    place.append(html`<section class="sheet sheet-pad"><h2 class="fs-5">${t("datasets.coverage")}</h2><p>${missing}</p>${make("ul", { className: "letters" }, ...letters)}</section>`);
  }
  return null;
}
