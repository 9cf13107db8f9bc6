// The same sentence, voice and seed, spoken in two ways, to be heard beside each other.

import * as api from "../api.js";
import { clip } from "../components/clip.js";
import { button, choice, field, languageName } from "../components/controls.js";
import { said, showFault } from "../components/fault.js";
import { html, make } from "../dom.js";
import * as format from "../format.js";
import { locale, t } from "../i18n.js";

const FROM = "balanced"; // sets nothing by itself: what is asked for beside it is all there is

export class Compare {
  /** known: {voices, languages}. ways() → two of {name, sampling}. */
  constructor(known, ways) {
    this.ways = ways;
    this.urls = [];
    this.text = make("textarea", { className: "form-control", rows: 2, spellcheck: true, maxLength: 500 });
    this.voice = choice(known.voices.map((voice) => [voice.id, voice.name]), localStorage.getItem("timbre.voice"));
    const own = locale().split("-")[0];
    this.language = choice(known.languages.map((code) => [code, languageName(code)]), own);
    this.text.value = t(this.language.value === own ? "profiles.sentence" : "profiles.sentenceEnglish");
    this.go = button(t("profiles.hear"), () => this.hear(), "btn-outline-secondary", "speak");
    this.faults = make("div");
    this.takes = make("div", { className: "takes" });
    this.element = html`<div class="compare">${field(t("profiles.sentenceLabel"), this.text)}
      <div class="compare-choices">${field(t("profiles.voice"), this.voice)}${field(t("profiles.language"), this.language)}${this.go}</div>${this.faults}${this.takes}</div>`;
  }

  async hear() {
    this.stop();
    const mine = (this.running = new AbortController());
    const seed = Math.floor(Math.random() * 2 ** 31); // one of its own where neither sets one: the same for both
    showFault(this.faults);
    this.go.disabled = true;
    this.players = this.ways().map((way) => this.place(way));
    this.takes.replaceChildren(...this.players.map((one) => one.element));
    try {
      for (const one of this.players) await this.speak(one, seed, mine.signal);
    } catch (fault) {
      if (!api.isAbort(fault)) { showFault(this.faults, fault); this.takes.replaceChildren(); }
    } finally {
      if (this.running === mine) this.go.disabled = false;
    }
  }

  place(way) {
    const words = make("span", { className: "small text-body-secondary tabular", textContent: t("profiles.waits"), role: "status" });
    const player = clip("", way.name, () => { words.textContent = said({}).message; });
    player.element.hidden = true;
    const element = html`<div class="take"><div class="d-flex align-items-baseline gap-2"><b class="text-truncate">${way.name}</b><span class="ms-auto">${words}</span></div>${player.element}</div>`;
    return { way, words, player, element };
  }

  async speak({ way, words, player }, seed, signal) {
    words.textContent = t("profiles.speaking");
    const begun = performance.now();
    const asked = { text: this.text.value, voice: this.voice.value, language: this.language.value || undefined, format: "wav", quality_profile_id: FROM, ...way.sampling, seed };
    const answer = await api.stream("/synthesize-direct", asked, signal);
    const url = URL.createObjectURL(await answer.blob());
    this.urls.push(url);
    const took = (performance.now() - begun) / 1000;
    player.element.hidden = false;
    player.load(url);
    player.audio.addEventListener("loadedmetadata", () => {
      words.textContent = t("profiles.spoken", { length: format.seconds(player.audio.duration), took: format.seconds(took) });
    }, { once: true });
  }

  stop() {
    this.running?.abort();
    for (const { player } of this.players ?? []) player.stop();
    this.players = [];
    for (const url of this.urls) URL.revokeObjectURL(url);
    this.urls = [];
  }

  leave() { this.stop(); }
}
