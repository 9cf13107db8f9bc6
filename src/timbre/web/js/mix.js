// The dialog that makes a voice of others: a row a voice with its share, heard before it is kept.

import { Fault, hearMix, mix } from "./api.js";
import { $, hideFault, make, showFault } from "./dom.js";
import { number, t } from "./i18n.js";
import * as voices from "./voices.js";

const FEWEST = 2;
const MOST = 5;
const EVEN = 50; // where a slider begins
let parts = []; // [{ id, amount }]: amounts are the sliders', of which only the ratios count
let hearing = null; // the preview that is made or plays: its AbortController, and its Audio

export function install(done) {
  $("mix-dialog").addEventListener("show.bs.modal", begin);
  $("mix-dialog").addEventListener("hidden.bs.modal", silence);
  $("mix-add").addEventListener("click", add);
  $("mix-hear").addEventListener("click", () => (hearing ? silence() : hear()));
  $("mix").addEventListener("submit", (event) => { event.preventDefault(); keep(done); });
}

function begin() {
  const first = voices.chosen() ?? voices.all()[0];
  parts = [{ id: first.id, amount: EVEN }];
  parts.push({ id: unused().id, amount: EVEN });
  $("mix-name").value = "";
  if ([...$("mix-language").options].some(({ value }) => value === first.language)) $("mix-language").value = first.language;
  hideFault($("mix-fault"));
  show();
  showHearing("mixHear");
}

const named = (id) => voices.all().find((voice) => voice.id === id);
const unused = () => voices.all().find((voice) => parts.every((part) => part.id !== voice.id));

function add() {
  parts.push({ id: unused().id, amount: EVEN });
  show();
  $("mix-parts").lastElementChild.querySelector("select").focus();
}

function takeOut(part) {
  parts.splice(parts.indexOf(part), 1);
  show();
  $("mix-add").focus();
}

// What is shown

function show() {
  $("mix-parts").replaceChildren(...parts.map(row));
  $("mix-blend").replaceChildren(...parts.map(() => make("i")));
  $("mix-add").disabled = parts.length >= MOST || !unused();
  showShares();
}

function row(part, index) {
  const voice = named(part.id);
  const select = make("select", { className: "form-select form-select-sm", ariaLabel: t("mixPart", { number: index + 1 }) });
  for (const other of voices.all()) {
    const elsewhere = parts.some((known) => known !== part && known.id === other.id);
    select.append(make("option", { value: other.id, textContent: other.name, disabled: elsewhere }));
  }
  select.value = part.id;
  select.addEventListener("change", () => {
    part.id = select.value;
    show();
    $("mix-parts").children[index].querySelector("select").focus(); // the row was made anew
  });
  const slider = make("input", { type: "range", className: "form-range", min: 1, max: 99, value: part.amount, ariaLabel: t("mixShare", { name: voice.name }) });
  slider.addEventListener("input", () => { part.amount = Number(slider.value); showShares(); });
  const away = make("button", { type: "button", className: "btn-close btn-sm", ariaLabel: t("mixAway", { name: voice.name }), title: t("mixAway", { name: voice.name }), disabled: parts.length <= FEWEST });
  away.addEventListener("click", () => takeOut(part));
  return make("li", {}, voices.face(voice), select, slider, make("output", { className: "tabular text-body-secondary" }), away);
}

function showShares() {
  const sum = parts.reduce((total, part) => total + part.amount, 0);
  parts.forEach((part, index) => {
    const share = `${number((100 * part.amount) / sum)}%`;
    const line = $("mix-parts").children[index];
    line.querySelector("output").textContent = share;
    line.querySelector("input").ariaValueText = share;
    const bar = $("mix-blend").children[index];
    bar.style.flexGrow = part.amount / sum;
    bar.style.setProperty("--hue", voices.hue(part.id));
  });
}

// Hearing and keeping

const wanted = () => ({ voices: parts.map(({ id, amount }) => ({ id, weight: amount })), language: $("mix-language").value || undefined });

async function hear() {
  const mine = { controller: new AbortController(), audio: null };
  hearing = mine;
  hideFault($("mix-fault"));
  showHearing("thinking");
  try {
    const url = URL.createObjectURL(await hearMix(wanted(), mine.controller.signal));
    mine.audio = new Audio(url);
    mine.audio.onended = () => { if (hearing === mine) silence(); };
    if (hearing !== mine) return;
    showHearing("stop");
    await mine.audio.play();
  } catch (fault) {
    if (hearing !== mine) return; // it was stopped
    silence();
    showFault($("mix-fault"), fault);
  }
}

function silence() {
  hearing?.controller.abort();
  hearing?.audio?.pause();
  if (hearing?.audio) URL.revokeObjectURL(hearing.audio.src);
  hearing = null;
  showHearing("mixHear");
}

function showHearing(key) {
  $("mix-hear").textContent = t(key);
  $("mix-hear").ariaPressed = Boolean(hearing);
}

async function keep(done) {
  hideFault($("mix-fault"));
  const name = $("mix-name").value.trim();
  if (!name) {
    $("mix-name").focus();
    return showFault($("mix-fault"), new Fault(t("mixNeedName")));
  }
  $("mix-go").disabled = true;
  try {
    const voice = await mix({ name, ...wanted() });
    bootstrap.Modal.getInstance($("mix-dialog")).hide();
    await voices.load();
    voices.choose(voice.id);
    done(voice);
  } catch (fault) {
    showFault($("mix-fault"), fault);
  } finally {
    $("mix-go").disabled = false;
  }
}
