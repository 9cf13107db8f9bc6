// Dashboard: what the service does now, the last jobs as they go, and first steps.

import { badge } from "../components/controls.js";
import { emptyState } from "../components/empty.js";
import { showFault } from "../components/fault.js";
import { progressBar } from "../components/progress.js";
import { engineTile, jobsTile, speakingTile, storageTile } from "../dashboard/now.js";
import { firstSteps } from "../dashboard/steps.js";
import { html, make } from "../dom.js";
import { load as loadWords } from "../i18n.js";
import { follow } from "../jobs/live.js";
import { isLive, piecesOf, title } from "../jobs/row.js";

export const name = "dashboard";

const LAST = 6; // jobs that are shown
const COUNT_MS = 600;
const STATS_MS = 30_000;

export async function mount(root, context) {
  const { api, t, format, engine, session } = context;
  await loadWords("jobs");
  const jobs = new Map(); // by id
  let counts = {};
  let stats = null;
  let left = false;
  let timer;

  const tiles = html`<section class="now-tiles" aria-label="${t("dashboard.now")}"></section>`;
  const list = html`<ul class="last-jobs"></ul>`;
  const faults = make("div");
  const steps = make("div");
  root.append(
    html`<div class="page-head"><div><h1>${t("dashboard.title")}</h1><p class="lead mb-0">${t("dashboard.lead")}</p></div><a class="btn btn-primary" href="#/speak">${t("dashboard.speak")}</a></div>`,
    tiles,
    html`<div class="dashboard-columns"><section class="sheet sheet-pad" aria-labelledby="last-title"><div class="d-flex align-items-baseline"><h2 id="last-title">${t("dashboard.last")}</h2><a class="quiet-link ms-auto" href="#/jobs">${t("dashboard.allJobs")}</a></div>${faults}${list}</section>${steps}</div>`);

  const showTiles = () => {
    const focused = tiles.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    tiles.replaceChildren(...[engineTile(engine), speakingTile(engine), jobsTile(counts), storageTile(stats)].filter(Boolean));
    if (focused) tiles.querySelector(`a[href="${focused}"]`)?.focus();
  };

  const lines = new Map(); // by id: { line, bar, shown: what of it was shown last }

  function showJobs() {
    const newest = [...jobs.values()].sort((a, b) => b.created_at.localeCompare(a.created_at)).slice(0, LAST);
    for (const job of newest) showJob(job);
    const wanted = newest.map(({ id }) => lines.get(id).line);
    if (wanted.length !== list.children.length || wanted.some((line, index) => list.children[index] !== line)) list.replaceChildren(...wanted);
    list.hidden = !newest.length;
    root.querySelector(".dashboard-columns").classList.toggle("new", !newest.length); // first steps come first then
    list.nextElementSibling?.remove();
    if (!newest.length) list.after(emptyState("jobs", t("dashboard.noJobs"), t("dashboard.noJobsAbout")));
  }

  function showJob(job) {
    const known = lines.get(job.id) ?? newLine(job);
    known.bar.element.hidden = job.status !== "processing";
    if (job.status === "processing") known.bar.update(job.progress, job.eta_s, piecesOf(job));
    if (known.shown === job.status) return;
    known.shown = job.status;
    known.line.querySelector(".state").replaceWith(badge(job.status, t(`jobs.state.${job.status}`)));
    known.line.querySelector("time").textContent = isLive(job) || !job.duration_s ? format.ago(job.created_at) : `${format.seconds(job.duration_s)} · ${format.ago(job.created_at)}`;
  }

  function newLine(job) {
    const bar = progressBar(t("jobs.progressOf", { name: title(job).slice(0, 60) }));
    const line = html`<li><div class="d-flex align-items-center gap-3"><a href="#/jobs/${job.id}">${title(job)}</a>${badge(job.status, "")}<time class="small text-body-secondary ms-auto"></time></div>${bar.element}</li>`;
    const made = { line, bar, shown: null };
    lines.set(job.id, made);
    return made;
  }

  async function readJobs() {
    try {
      const page = await api.get("/jobs", { query: { limit: LAST } });
      if (left) return;
      showFault(faults);
      counts = page.counts;
      jobs.clear();
      for (const job of page.items) jobs.set(job.id, job);
      showJobs();
      showTiles();
    } catch (fault) {
      if (!left) showFault(faults, fault, readJobs);
    }
  }

  function changed(job) {
    jobs.set(job.id, job);
    showJobs();
    clearTimeout(timer);
    timer = setTimeout(readJobs, COUNT_MS); // the counts, once it is quiet
  }

  /** Disk and files; who may not see them, or a service without them, has no tile. */
  async function readStats() {
    if (!session.may("admin")) return;
    stats = await api.get("/admin/stats").catch(() => null);
    if (!left) showTiles();
  }

  async function showSteps() {
    const voices = await api.get("/voices").then(({ items }) => items, () => []);
    if (!left) steps.replaceChildren(firstSteps({ voices, counts, session, navigate: context.navigate }));
  }

  showTiles();
  engine.addEventListener("change", showTiles);
  engine.addEventListener("up", showSteps);
  await Promise.all([readJobs(), readStats()]);
  await showSteps();
  const unfollow = follow({ changed, missed: readJobs, poll: readJobs, state: () => {} });
  const looking = setInterval(readStats, STATS_MS);
  return () => {
    left = true;
    unfollow();
    clearTimeout(timer);
    clearInterval(looking);
    engine.removeEventListener("change", showTiles);
    engine.removeEventListener("up", showSteps);
  };
}
