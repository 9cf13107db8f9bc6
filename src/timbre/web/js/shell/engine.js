// How the service stands, for the sidebar and for pages that want to know.

import { quietly } from "../api.js";
import { $ } from "../dom.js";
import { t } from "../i18n.js";

const WORDS = { ready: "shell.engineReady", busy: "shell.engineBusy", starting: "shell.engineStarting", down: "shell.engineDown", away: "shell.away", locked: "shell.locked" };
const SOON_MS = 700;
const LATER_MS = 2500;
const HIDDEN_MS = 15_000;

/** Events: "change" at each look, "up" when the engine can speak again. state: ready, busy, starting, down, away, locked. */
class Watch extends EventTarget {
  state = "starting";
  model = "";
  items = []; // of GET /health/engines
  timer = 0;

  async look() {
    clearTimeout(this.timer);
    const before = this.state;
    try {
      this.items = (await quietly("/health/engines")).items;
      const [found] = this.items;
      this.model = found?.model ?? "";
      this.state = !found || found.error ? "down" : !found.ready ? "starting" : found.running ? "busy" : "ready";
    } catch (fault) {
      this.items = [];
      this.state = fault.status === 401 ? "locked" : fault.code === "network" ? "away" : "down";
    }
    this.show();
    this.dispatchEvent(new Event("change"));
    const up = ["ready", "busy"];
    if (!up.includes(before) && up.includes(this.state)) this.dispatchEvent(new Event("up"));
    const soon = ["starting", "busy"].includes(this.state);
    this.timer = setTimeout(() => this.look(), document.hidden ? HIDDEN_MS : soon ? SOON_MS : LATER_MS);
  }

  /** The page knows before the next look that the engine has begun to speak, or has stopped. */
  hint(speaking) {
    if (speaking && this.state === "ready") this.state = "busy";
    this.show();
    if (!speaking) this.look();
  }

  show() {
    const place = $("engine");
    place.dataset.state = this.state;
    $("dot").dataset.state = this.state;
    const sentence = t(WORDS[this.state], { model: this.model });
    if (place.lastElementChild.textContent !== sentence) place.lastElementChild.textContent = sentence;
  }
}

export const engine = new Watch();
