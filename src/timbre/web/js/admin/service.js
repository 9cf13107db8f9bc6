// What GET /admin/stats tells: engines, queues and processes in one section, what is kept and the broom in another.

import * as api from "../api.js";
import { badge, button } from "../components/controls.js";
import { showFault } from "../components/fault.js";
import { html, make } from "../dom.js";
import * as format from "../format.js";
import { has, t } from "../i18n.js";
import { engine, tile } from "./engines.js";

const STATES = ["queued", "processing", "paused", "completed", "failed", "cancelled"];
const word = (key, plain) => (has(`admin.${key}.${plain}`) ? t(`admin.${key}.${plain}`) : plain);

/** Both sections: { element, load(), again }. load() says whether the service tells such things. */
export function service({ toast, confirm }) {
  const faults = make("div");
  const running = make("div", { className: "figures-stack" });
  const kept = make("div", { className: "figures-stack" });
  const sweep = button(t("admin.cleanup"), clean, "btn-outline-secondary btn-sm", "trash");
  const element = html`<div class="admin-parts">${faults}
    <section class="sheet sheet-pad" aria-labelledby="service-title"><h2 id="service-title" class="h5 mb-3">${t("admin.service")}</h2>${running}</section>
    <section class="sheet sheet-pad" aria-labelledby="storage-title"><div class="section-head"><div><h2 id="storage-title" class="h5 mb-0">${t("admin.storage")}</h2><p class="small text-body-secondary mb-0">${t("admin.storageAbout")}</p></div>${sweep}</div>${kept}</section></div>`;

  async function load() {
    try {
      const stats = await api.get("/admin/stats");
      showFault(faults);
      // A table that is being scrolled by keyboard keeps the focus: it waits for the next time.
      if (!running.contains(document.activeElement)) running.replaceChildren(...stats.engines.map(engine), queues(stats.queues), processes(stats), ...(stats.usage_today.length ? [usage(stats.usage_today)] : []));
      kept.replaceChildren(...storage(stats));
    } catch (fault) {
      if (fault.status === 404) return false;
      showFault(faults, fault, load);
    }
    return true;
  }

  async function clean() {
    if (!(await confirm(t("admin.cleanupSure"), { action: t("admin.cleanup"), danger: false }))) return;
    sweep.disabled = true;
    try {
      const { jobs, files, bytes } = await api.post("/admin/cleanup");
      toast("success", t("admin.cleaned", { jobs: t("admin.countJobs", { count: jobs }), files: t("admin.countFiles", { count: files }), size: format.bytes(bytes) }));
      await load();
    } catch (fault) {
      toast("danger", fault);
    } finally {
      sweep.disabled = false;
    }
  }

  return { element, load, again: true };
}

/** A small table: its caption, its heads, its rows of cells. The first cell of a row is its head. */
function table(caption, heads, rows) {
  const lines = rows.map(([first, ...cells]) => html`<tr><th scope="row">${first}</th>${cells.map((cell) => html`<td class="tabular">${cell}</td>`)}</tr>`);
  return html`<div><h3 class="h6">${caption}</h3><div class="table-responsive" tabindex="0" role="region" aria-label="${caption}"><table class="table table-sm mb-0"><thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead><tbody>${lines}</tbody></table></div></div>`;
}

function queues(found) {
  const heads = [t("admin.queue"), ...STATES.map((state) => t(`admin.jobs.${state}`)), t("admin.oldest")];
  return table(t("admin.queues"), heads, Object.entries(found).map(([name, queue]) => [word("queue", name), ...STATES.map((state) => format.number(queue.jobs[state] ?? 0)), queue.oldest_s ? format.seconds(queue.oldest_s) : "–"]));
}

function processes({ processes: found, broker }) {
  const rows = found.map((one) => [one.role, String(one.pid), format.bytes(one.bytes), format.seconds(one.up_s)]);
  const shown = table(t("admin.processes"), [t("admin.role"), "PID", t("admin.memory"), t("admin.up")], rows);
  if (!broker.reachable) shown.append(html`<p class="mb-0 mt-2">${badge("failed", t("admin.brokerAway"))} <span class="small">${broker.error}</span></p>`);
  return shown;
}

const usage = (found) => table(t("admin.usage"), [t("admin.key"), t("admin.requests"), t("admin.characters")],
  found.map((one) => [one.name ?? one.key_id, format.number(one.requests), format.number(one.characters)]));

function storage({ storage: files, database, disk, models_bytes, voices, cleanup, version }) {
  const used = 1 - disk.free_bytes / disk.total_bytes;
  const free = t("admin.diskFree", { free: format.bytes(disk.free_bytes), all: format.bytes(disk.total_bytes) });
  const gauge = html`<div class="progress-line"><div class="progress" role="meter" aria-label="${t("admin.disk")}" aria-valuemin="0" aria-valuemax="100" aria-valuenow="${Math.round(100 * used)}" aria-valuetext="${free}"><div class="progress-bar"></div></div><span class="small text-body-secondary">${t("admin.disk")}: ${free}</span></div>`;
  gauge.querySelector(".progress-bar").style.setProperty("width", `${100 * used}%`);
  const tiles = [
    ["audioKept", `${format.bytes(files.bytes)} · ${t("admin.countFiles", { count: files.files })}`],
    ["database", `${format.bytes(database.bytes)} · ${database.kind}`],
    ["models", format.bytes(models_bytes)],
    ...Object.entries(voices).map(([kind, count]) => [`voices.${kind}`, format.number(count)]),
    ["lastCleanup", cleanup?.at ? format.ago(cleanup.at) : t("admin.neverYet")],
    ["version", version],
  ];
  const fault = files.error && html`<p class="mb-0">${badge("failed", t("admin.storageAway"))} <span class="small">${files.error}</span></p>`;
  return [gauge, ...(fault ? [fault] : []), html`<dl class="tiles">${tiles.map(([name, value]) => tile(has(`admin.kept.${name}`) ? t(`admin.kept.${name}`) : name.replace("voices.", ""), value))}</dl>`, html`<p class="small text-body-secondary mb-0 text-break">${t("admin.where", { where: files.where })}</p>`];
}
