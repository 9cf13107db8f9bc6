// A speech: asked for, played while it is made, and measured. It outlives the page, so that one can come back to it.

import { isAbort, stream } from "../api.js";
import { Player, floats } from "../components/player.js";

/** Events: "change". */
class Take extends EventTarget {
  player = new Player();
  asked = null; // what was asked for last, so that the same can be had in another format
  state = "idle"; // idle, waiting, speaking, done, stopped
  fault = null;
  facts = {}; // seconds: first_s till the first samples came, made_s till the last; factor of real time
  #running = null;

  get isRunning() { return this.#running !== null; }

  /** Must begin in a click or key press: browsers let no page make sound unasked. */
  async speak(wanted) {
    this.asked = wanted;
    this.fault = null;
    this.facts = {};
    const begun = performance.now();
    const since = () => (performance.now() - begun) / 1000;
    const running = new AbortController();
    this.#running = running;
    this.player.begin();
    this.#tell("waiting");
    try {
      const answer = await stream("/synthesize-direct", { ...wanted, format: "pcm", stream: true }, running.signal);
      for await (const samples of floats(answer.body)) {
        this.facts.first_s ??= since();
        this.player.feed(samples);
        this.#measure(since(), begun);
        this.#tell("speaking");
      }
      this.#tell("done");
    } catch (fault) {
      if (!isAbort(fault)) this.fault = fault instanceof TypeError ? { code: "network" } : fault;
      this.#tell(this.player.length ? "stopped" : "idle");
    } finally {
      this.#running = null;
      this.player.finish();
      this.#measure(this.facts.made_s ?? 0, begun);
      this.#tell(this.state);
    }
  }

  stop() {
    this.#running?.abort();
    if (this.player.playing) this.player.pause();
  }

  #measure(made_s, begun) {
    const { duration, soundAt } = this.player;
    if (!duration) return;
    Object.assign(this.facts, { made_s, factor: made_s / duration });
    if (soundAt !== null) this.facts.heard_s = (soundAt - begun) / 1000;
  }

  #tell(state) {
    this.state = state;
    this.dispatchEvent(new Event("change"));
  }
}

export const take = new Take();
