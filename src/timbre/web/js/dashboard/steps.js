// First steps: what somebody new does, what is done already, and what to copy.

import { copyBox } from "../components/copy.js";
import { icon } from "../components/icons.js";
import { html, make } from "../dom.js";
import { t } from "../i18n.js";

const DRAFT = "timbre.draft"; // Speak's own
const KEPT = "timbre.steps"; // "shut" once somebody has shut them

/** voices, counts: as the service tells, to see what was done. */
export function firstSteps({ voices, counts, session, navigate }) {
  const own = voices.some((voice) => voice.kind !== "built-in");
  const spoke = Boolean(localStorage.getItem(DRAFT)) || Object.values(counts).some(Boolean);
  const origin = location.origin;
  const voice = voices[0]?.id ?? "default";
  const key = session.key_needed ? "tb_…" : "none";
  const header = session.key_needed ? " \\\n  -H 'Authorization: Bearer tb_…'" : "";
  const curl = `curl ${origin}/synthesize-direct \\\n  -H 'Content-Type: application/json'${header} \\\n  -d '{"text": "${t("dashboard.sample")}", "voice": "${voice}", "format": "mp3"}' \\\n  -o speech.mp3`;
  const link = (href, words) => html`<a class="btn btn-sm btn-outline-secondary" href="${href}">${words}</a>`;
  const named = (label, text) => html`<div><p class="small text-body-secondary mb-1">${label}</p>${copyBox(text, label)}</div>`;
  const steps = [
    step("speak", spoke, localStorage.getItem(DRAFT) ? link("#/speak", t("dashboard.step_speakGo")) : sayIt(navigate)),
    session.may("voices") && step("clone", own, link("#/voices/clone", t("dashboard.step_cloneGo"))),
    step("openwebui", false, html`<div class="d-grid gap-2">${named(t("dashboard.baseUrl"), `${origin}/v1`)}${named(t("dashboard.apiKey"), key)}${named(t("dashboard.voiceId"), voice)}</div>`),
    step("curl", false, copyBox(curl, t("dashboard.step_curl"))),
  ];
  const element = html`<details class="sheet steps"><summary><h2>${t("dashboard.steps")}</h2></summary><ol>${steps.filter(Boolean)}</ol></details>`;
  element.querySelectorAll(".step-mark:not(.done)").forEach((mark) => { mark.textContent = [...mark.closest("ol").children].indexOf(mark.closest("li")) + 1; });
  element.open = localStorage.getItem(KEPT) !== "shut";
  element.addEventListener("toggle", () => localStorage.setItem(KEPT, element.open ? "open" : "shut"));
  return element;
}

/** A sentence that Speak says at once. */
function sayIt(navigate) {
  const form = html`<form class="d-flex gap-2"><input class="form-control" aria-label="${t("dashboard.sentence")}" value="${t("dashboard.sample")}" required><button type="submit" class="btn btn-primary">${t("dashboard.say")}</button></form>`;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    localStorage.setItem(DRAFT, form.firstElementChild.value);
    navigate("#/speak?now");
  });
  return form;
}

function step(name, done, what) {
  const mark = done ? html`<span class="step-mark done">${icon("check", 16)}<span class="visually-hidden">${t("dashboard.done")}</span></span>` : html`<span class="step-mark" aria-hidden="true"></span>`;
  return make("li", {}, mark, html`<div class="min-w-0"><h3>${t(`dashboard.step_${name}`)}</h3><p class="text-body-secondary">${t(`dashboard.step_${name}About`)}</p>${what}</div>`);
}
