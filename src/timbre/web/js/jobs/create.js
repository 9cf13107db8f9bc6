// The dialog for new jobs: one text, many texts with one a line, or a table from a spreadsheet; a look before it is sent.

import * as api from "../api.js";
import { button, choice, field, languageName, tick } from "../components/controls.js";
import { dropField } from "../components/drop.js";
import { showFault } from "../components/fault.js";
import { make } from "../dom.js";
import * as format from "../format.js";
import { t } from "../i18n.js";
import { told } from "../profiles/words.js";
import { dialog } from "../shell/dialogs.js";
import { lines, MOST, problem, table } from "./csv.js";

const FORMATS = ["wav", "mp3", "ogg", "flac", "m4a", "opus"];
const SHOWN = 100;
const LARGEST = 1_000_000; // bytes of a table: the service takes no more

export class Create {
  /** known: {voices, languages, profiles, limit}. made(job or null, batch or null) hears what came of it. */
  constructor(known, made) {
    this.known = known;
    this.made = made;
    this.way = "one";
    this.rows = [];
    this.file = null;
    this.dialog = dialog(t("jobs.new"), { wide: true, submit: () => this.send() });
    this.build();
  }

  build() {
    const { known } = this;
    this.text = make("textarea", { className: "form-control", rows: 6, spellcheck: true });
    this.text.setAttribute("autofocus", "");
    this.text.addEventListener("input", () => this.read());
    this.drop = this.dropZone();
    this.ways = make("div", { className: "segments", role: "radiogroup", ariaLabel: t("jobs.way") }, ...["one", "lines", "csv"].map((way) => {
      const input = make("input", { type: "radio", className: "visually-hidden", name: "job-way", value: way, checked: way === this.way });
      input.addEventListener("change", () => { this.way = way; this.showWay(); });
      return make("label", {}, input, make("span", { textContent: t(`jobs.way.${way}`) }));
    }));
    this.name = make("input", { className: "form-control", maxLength: 200 });
    this.voice = choice([["", t("jobs.voiceDefault")], ...known.voices.map((voice) => [voice.id, voice.name])], localStorage.getItem("timbre.voice") ?? "");
    this.language = choice([["", t("jobs.languageOfVoice")], ...known.languages.map((code) => [code, languageName(code)])], "");
    this.profile = choice([["", t("jobs.profileDefault")], ...known.profiles.map((one) => [one.id, told(one, "name")])], "");
    this.format = choice(FORMATS.map((one) => [one, one.toUpperCase()]), localStorage.getItem("timbre.format") ?? "wav");
    this.dialogue = choice([["", t("speak.dialogueSame")], ...known.voices.map((voice) => [voice.id, voice.name])], "");
    this.times = tick(t("jobs.wordTimes"), false);
    this.preview = make("div", { className: "preview", ariaLive: "polite" });
    this.fault = make("div", { className: "mt-3" });
    this.textField = field(t("jobs.text"), this.text);
    const fields = [[t("jobs.voice"), this.voice], [t("speak.dialogue"), this.dialogue], [t("jobs.language"), this.language], [t("jobs.profile"), this.profile], [t("jobs.format"), this.format]];
    this.nameField = field(t("jobs.name"), this.name);
    this.dialog.body.append(
      this.ways, this.textField, this.drop, this.preview,
      make("div", { className: "row g-3 mt-0" }, ...fields.map(([label, control]) => make("div", { className: "col-6 col-md-4" }, field(label, control))), make("div", { className: "col-6 col-md-4 d-flex align-items-end" }, this.times.element), make("div", { className: "col-12" }, this.nameField)),
      this.fault,
    );
    this.go = make("button", { type: "submit", className: "btn btn-primary" });
    const cancel = button(t("common.cancel"), () => this.dialog.hide(), "btn-link");
    this.dialog.foot.append(cancel, this.go);
    this.showWay();
  }

  dropZone() {
    const zone = dropField("job-sheet", t("jobs.drop"), ".csv,.tsv,.txt,text/csv,text/tab-separated-values,text/plain", ([file]) => file && this.take(file), { multiple: false });
    this.fileName = zone.querySelector("span");
    return make("div", {}, zone, make("div", { className: "form-text", textContent: t("jobs.csvAbout") }));
  }

  async take(file) {
    showFault(this.fault);
    if (file.size > LARGEST) return showFault(this.fault, { message: t("jobs.csvLarge", { name: file.name }), hint: t("jobs.csvLargeHint") });
    let source;
    try {
      source = new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer());
    } catch {
      return showFault(this.fault, { message: t("jobs.csvBytes", { name: file.name }), hint: t("jobs.csvBytesHint") });
    }
    const rows = table(source);
    if (!rows) return showFault(this.fault, { message: t("jobs.csvHead", { name: file.name }), hint: t("jobs.csvHeadHint") });
    this.file = { name: file.name, rows };
    this.fileName.textContent = file.name;
    if (!this.name.value) this.name.value = file.name.replace(/\.[^.]*$/, "");
    this.read();
  }

  showWay() {
    showFault(this.fault);
    this.textField.hidden = this.way === "csv";
    this.drop.hidden = this.way !== "csv";
    this.textField.querySelector("label").textContent = t(this.way === "lines" ? "jobs.textsByLine" : "jobs.text");
    this.nameField.querySelector("label").textContent = t(this.way === "one" ? "jobs.name" : "jobs.batchName");
    this.read();
  }

  read() {
    if (this.way === "csv") this.rows = this.file?.rows ?? [];
    else if (this.way === "lines") this.rows = lines(this.text.value);
    else this.rows = this.text.value.trim() ? [{ text: this.text.value, voice: "", language: "", name: "" }] : [];
    const problems = this.rows.map((row) => problem(row, this.known));
    this.faulty = problems.filter(Boolean).length;
    this.go.textContent = this.way === "one" ? t("jobs.create") : t("jobs.createMany", { count: this.rows.length });
    this.go.disabled = !this.rows.length || this.faulty > 0 || this.rows.length > MOST;
    this.showPreview(problems);
  }

  showPreview(problems) {
    const said = [];
    if (this.rows.length > MOST) said.push(make("p", { className: "text-danger-emphasis mb-2", textContent: t("jobs.tooMany", { count: this.rows.length, most: MOST }) }));
    if (this.faulty && this.way !== "one") said.push(make("p", { className: "text-danger-emphasis mb-2", textContent: t("jobs.faultyRows", { count: this.faulty }) }));
    if (this.way === "one") {
      const count = [...this.text.value].length;
      said.push(make("p", { className: `small mb-0 ${problems[0] ? "text-danger-emphasis" : "text-body-secondary"}`, textContent: t("jobs.characters", { count, limit: this.known.limit }) }));
    } else if (this.rows.length) said.push(this.table(problems));
    this.preview.replaceChildren(...said);
  }

  table(problems) {
    const columns = this.way === "csv" ? ["text", "voice", "language", "name"] : ["text"];
    const head = make("tr", {}, make("th", { scope: "col", textContent: "#" }), ...columns.map((word) => make("th", { scope: "col", textContent: t(`jobs.${word}`) })));
    const order = this.rows.map((row, place) => [row, place]).sort(([, a], [, b]) => Boolean(problems[b]) - Boolean(problems[a]) || a - b);
    const body = order.slice(0, SHOWN).map(([row, place]) => {
      const cells = columns.map((key) => make("td", { textContent: row[key], title: row[key].slice(0, 400) }));
      if (problems[place]) cells[0].append(make("div", { className: "small text-danger-emphasis", textContent: t(problems[place], { voice: row.voice, language: row.language, limit: this.known.limit }) }));
      return make("tr", { className: problems[place] ? "faulty" : "" }, make("td", { className: "tabular", textContent: format.number(place + 1) }), ...cells);
    });
    const table = make("table", { className: "table table-sm mb-0" }, make("thead", {}, head), make("tbody", {}, ...body));
    return make("div", { className: "preview-table", tabIndex: 0, role: "region", ariaLabel: t("jobs.preview") }, table);
  }

  /** What every text has in common. */
  common() {
    const given = { voice_id: this.voice.value, source_language: this.language.value, quality_profile_id: this.profile.value, format: this.format.value, dialogue_voice: this.dialogue.value, word_times: this.times.input.checked };
    return Object.fromEntries(Object.entries(given).filter(([, value]) => value));
  }

  async send() {
    if (this.go.disabled) return;
    showFault(this.fault);
    this.go.disabled = true;
    const wish = (row) => {
      const own = { text: row.text, voice_id: row.voice, source_language: row.language, name: row.name };
      return { ...this.common(), ...Object.fromEntries(Object.entries(own).filter(([, value]) => value)) };
    };
    localStorage.setItem("timbre.format", this.format.value);
    try {
      if (this.way === "one") this.made(await api.post("/jobs", wish({ ...this.rows[0], name: this.name.value.trim() })), null);
      else this.made(null, await api.post("/jobs/batch", { name: this.name.value.trim(), jobs: this.rows.map(wish) }));
      this.dialog.hide();
    } catch (fault) {
      showFault(this.fault, fault);
      this.go.disabled = false;
    }
  }

  show() { this.dialog.show(); }
  hide() { this.dialog.hide(); }
}
