// Where a dataset begins: its recordings, the steps that they go through, and what is said meanwhile.

import { showFault } from "../components/fault.js";
import { Log } from "../components/log.js";
import { html, make } from "../dom.js";
import { parametersDrawer } from "./parameters.js";
import { Sources } from "./sources.js";
import { Steps } from "./steps.js";
import { isLive, STEPS } from "./words.js";

const LIVE_MS = 1500;
const IDLE_MS = 6000;

export async function mountRecordings(place, context, dataset) {
  const { api, t } = context;
  const faults = make("div");
  let timer, left = false, latest = null;

  const steps = new Steps(context, {
    async run(names) {
      showFault(faults);
      try {
        await api.post("/training/dataset/run", { dataset_id: dataset.id, steps: names });
      } catch (fault) {
        showFault(faults, fault);
      }
      await look();
    },
    async cancel(job) {
      if (!(await context.confirm(t("datasets.cancelSure"), { action: t("datasets.cancelGo") }))) return;
      try {
        await api.delete(`/jobs/${encodeURIComponent(job.id)}`);
      } catch (fault) {
        showFault(faults, fault);
      }
      await look();
    },
    parameters: () => settings.open(),
  });
  const sources = new Sources(context, dataset, () => look());
  const settings = parametersDrawer(context, dataset, () => look());
  const named = (step) => STEPS.includes(step) && t(`datasets.step_${step}`);
  const log = new Log({ dataset_id: dataset.id }, { none: t("datasets.logNone"), stage: named }, (event) => { steps.hear(event); });
  place.append(faults, sources.element, html`<section class="sheet sheet-pad mb-3" aria-labelledby="steps-title"><div class="section-head"><div><h2 id="steps-title" class="fs-5 mb-1">${t("datasets.steps")}</h2><p class="text-body-secondary mb-0">${t("datasets.stepsAbout")}</p></div>${steps.tools}</div>${steps.element}</section>`, log.element);

  async function look() {
    clearTimeout(timer);
    try {
      const stats = await api.quietly(api.address("/training/dataset/stats", { dataset_id: dataset.id }));
      if (left) return;
      const moved = !latest || latest.job?.status !== stats.job?.status || JSON.stringify(latest.sources) !== JSON.stringify(stats.sources);
      latest = stats;
      steps.show(stats);
      log.said(stats.job);
      if (moved) await sources.load();
    } catch (fault) {
      if (fault.status === 404) showFault(faults, fault);
    }
    clearTimeout(timer);
    if (!left) timer = setTimeout(look, isLive(latest?.job) ? LIVE_MS : IDLE_MS);
  }

  await look();
  log.follow();
  return () => { left = true; clearTimeout(timer); log.leave(); settings.dispose(); sources.leave(); };
}
