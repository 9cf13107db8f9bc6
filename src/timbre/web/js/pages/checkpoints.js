// Checkpoints: what runs kept and people brought along, heard, compared, and made voices and models.

import { detailsDrawer } from "../checkpoints/details.js";
import { promoteDialog } from "../checkpoints/promote.js";
import { compareDialog, hearDialog } from "../checkpoints/say.js";
import { takeInDialog } from "../checkpoints/take_in.js";
import { takeOutDialog } from "../checkpoints/take_out.js";
import { badge, button, figureList } from "../components/controls.js";
import { emptyState } from "../components/empty.js";
import { showFault } from "../components/fault.js";
import { iconButton } from "../components/icons.js";
import { html, make } from "../dom.js";
import { players } from "../training/said.js";
import { figuresOf, placeOf } from "../training/words.js";
import { load as words } from "../i18n.js";

export const name = "checkpoints";
const PAGE = 30;
const SAMPLES = 200; // at a time
const at = (checkpoint, what = "") => `/training/checkpoints/${encodeURIComponent(checkpoint.id)}${what}`;

export async function mount(root, context) {
  const { api, t, format, query, toast } = context;
  await words("training"); // the figures' and the players'
  const run = query.get("run") ?? "";
  const faults = make("div");
  const nothing = make("div");
  const groups = html`<div class="training-parts"></div>`;
  const more = button(t("common.more"), () => load(true));
  const stop = new AbortController();
  let items = [];
  let next = null;
  const drawer = detailsDrawer(context);
  root.append(
    html`<div class="page-head"><div><h1>${t("checkpoints.title")}</h1><p class="lead mb-0">${t("checkpoints.lead")}</p></div>${button(t("checkpoints.takeIn"), takeIn, "btn-outline-secondary", "upload")}</div>`,
    run ? html`<p><a class="quiet-link" href="#/checkpoints">${t("checkpoints.all")}</a></p>` : "", faults, groups, nothing, html`<div class="more">${more}</div>`);

  async function load(further = false) {
    try {
      const found = await api.get("/training/checkpoints", { query: { run_id: run, limit: PAGE, cursor: further ? next : "" } });
      const runs = [...new Set(found.items.map((one) => one.run_id).filter(Boolean))];
      const samples = (await Promise.all(runs.map(samplesOf))).flat();
      if (stop.signal.aborted) return;
      const rows = found.items.map((one) => ({ ...one, sample: samples.findLast(({ checkpoint_id: id }) => id === one.id) })); // its first sentence
      items = further ? [...items, ...rows] : rows;
      next = found.next;
      showFault(faults);
      show();
    } catch (fault) {
      if (!stop.signal.aborted) showFault(faults, fault, () => load(further));
    }
  }

  /** All that the checkpoints of a run said, the newest first. */
  async function samplesOf(id) {
    const all = [];
    let cursor = "";
    do {
      const page = await api.get("/training/samples", { query: { run_id: id, limit: SAMPLES, cursor } });
      all.push(...page.items);
      cursor = page.next;
    } while (cursor);
    return all;
  }

  /** By the runs they are of, in the order in which these come. */
  function show() {
    const byRun = Map.groupBy(items, (one) => one.run_id ?? "");
    groups.replaceChildren(...[...byRun].map(([id, all], index) => html`
      <section aria-labelledby="run-${index}"><h2 id="run-${index}" class="fs-5 mb-3">${id ? html`<a class="dataset-name" href="${placeOf({ id })}">${all[0].name}</a>` : t("checkpoints.brought")}</h2><ul class="card-grid wide">${all.map(card)}</ul></section>`));
    nothing.replaceChildren(...(items.length ? [] : [emptyState("models", t("checkpoints.none"), t("checkpoints.noneAbout"), html`<a class="btn btn-primary" href="#/training">${t("checkpoints.toTraining")}</a>`)]));
    more.hidden = !next;
  }

  function card(one) {
    const title = one.run_id ? t("checkpoints.step", { step: format.number(one.step) }) : one.name;
    const whose = `${one.name}, ${title}`;
    const marks = [one.best && badge("completed", t("checkpoints.best")), badge("plain", t(`checkpoints.kind_${one.kind}`)), ...(one.promoted ?? []).map(({ kind }) => badge("processed", t(`checkpoints.is_${kind}`)))].filter(Boolean);
    const { sample } = one;
    const takes = sample ? [[t("training.output"), sample.audio, t("checkpoints.outputOf", { name: whose })], sample.reference && [t("training.reference"), sample.reference, t("checkpoints.referenceOf", { name: whose })]].filter(Boolean) : [];
    const made = html`
      <li class="sheet card-item">
        <div class="card-top"><h3 class="fs-6 m-0 flex-grow-1">${title}</h3><div class="marks">${marks}</div></div>
        <p class="small text-body-secondary m-0">${[one.base, format.bytes(one.bytes), format.dateTime(one.created_at)].join(" · ")}</p>
        ${figureList(figuresOf(one.figures))}
        ${sample && html`<p class="told">${sample.text}</p>`}${players(takes)}
        <div class="card-tools">
          ${button(t("checkpoints.promote"), () => promote(one), "btn-sm btn-primary")}
          ${one.promoted && button(t("checkpoints.demote"), () => demote(one), "btn-sm btn-outline-secondary")}
          ${button(t("checkpoints.hear"), () => opened(() => hearDialog(context, one)), "btn-sm btn-outline-secondary")}
          ${button(t("checkpoints.compare"), () => opened(() => compareDialog(context, one)), "btn-sm btn-outline-secondary")}
          <span class="flex-grow-1"></span>
          ${iconButton("info", t("checkpoints.detailsOf", { name: whose }), () => drawer.open(one))}${iconButton("download", t("checkpoints.exportOf", { name: whose }), () => takeOut(one))}${iconButton("trash", t("checkpoints.deleteOf", { name: whose }), () => remove(one, whose))}
        </div>
      </li>`;
    made.dataset.id = one.id;
    return made;
  }

  function promote(one) {
    return opened(() => promoteDialog(context, one, () => load()));
  }

  async function demote(one) {
    if (!(await context.confirm(t("checkpoints.demoteSure", { name: one.name }), { action: t("checkpoints.demote") }))) return;
    await tried(() => api.post(at(one, "/demote"), {}), t("checkpoints.demoted"));
    await load();
  }

  /** An archive, made by a job and then downloaded: by the browser, for it may be large. */
  async function takeOut(one) {
    const form = await takeOutDialog(context, one);
    if (!form) return;
    await tried(async () => {
      const job = await api.post(at(one, "/export"), { form });
      toast("info", t("checkpoints.exporting"));
      const { result } = await context.ended(job.id, () => {}, stop.signal);
      make("a", { href: result.url, download: "" }).click();
    }, t("checkpoints.exported"));
  }

  async function remove(one, whose) {
    if (!(await context.confirm(t("checkpoints.deleteSure", { name: whose }), { action: t("checkpoints.delete") }))) return;
    await tried(() => api.delete(at(one)), t("checkpoints.deleted"));
    await load();
  }

  async function tried(what, done) {
    try {
      await what();
      toast("success", done);
    } catch (fault) {
      if (!api.isAbort(fault)) toast("danger", fault);
    }
  }

  function takeIn() {
    return opened(async () => { if (await takeInDialog(context)) await load(); });
  }

  /** A dialog that asks for something first. */
  async function opened(what) {
    try {
      await what();
    } catch (fault) {
      toast("danger", fault);
    }
  }

  await load();
  return () => { stop.abort(); drawer.dispose(); };
}
