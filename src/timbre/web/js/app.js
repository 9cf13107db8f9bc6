// The Speak screen: what the controls do.

import { read, synthesize } from "./api.js";
import * as clone from "./clone.js";
import { $, hideFault, options, save, showFault } from "./dom.js";
import * as i18n from "./i18n.js";
import * as mix from "./mix.js";
import { Player, floats } from "./player.js";
import * as voices from "./voices.js";

const { t, number } = i18n;
const FORMATS = ["wav", "mp3", "ogg", "flac", "m4a", "opus"];
const DRAFT = "timbre.draft";
const player = new Player($("wave"));
let limit = 10000;
let running = null; // the AbortController of the speech that is being made
let take = null; // what was asked for last, so that the same can be had in another format
let status = ["idle", {}];
let engine = { state: "starting", model: "" }; // as it was when we last looked

// Speaking

function wanted() {
  const seed = $("seed").value === "" ? Math.floor(Math.random() * 2 ** 31) : Number($("seed").value);
  return {
    text: $("text").value,
    voice: voices.chosen()?.id ?? "default",
    language: $("language").value || undefined,
    speed: Number($("speed").value),
    temperature: Number($("temperature").value),
    seed,
  };
}

async function speak() {
  hideFault($("fault"));
  const asked = performance.now();
  running = new AbortController();
  take = wanted();
  player.begin();
  showState();
  say("thinking");
  let first = null;
  try {
    const answer = await synthesize({ ...take, format: "pcm", stream: true }, running.signal);
    for await (const samples of floats(answer.body)) {
      first ??= (performance.now() - asked) / 1000;
      player.feed(samples);
      say("making", { seconds: number(player.duration, 1) });
    }
    say("done", { seconds: number(player.duration, 1), first: number(first ?? 0, 2) });
  } catch (fault) {
    say(player.length ? "stopped" : "idle", { seconds: number(player.duration, 1) });
    if (fault.name !== "AbortError") showFault($("fault"), fault instanceof TypeError ? { code: "network" } : fault);
  } finally {
    running = null;
    player.finish();
    showState();
  }
}

function stop() {
  running?.abort();
  if (player.playing) player.pause();
}

async function download() {
  const format = $("format-name").textContent;
  const name = `timbre-${take.seed}.${format}`;
  if (format === "wav") return save(player.wav(), name);
  hideFault($("fault"));
  $("download").disabled = true;
  say("preparing", { format });
  try {
    save(await (await synthesize({ ...take, format })).blob(), name);
    say("saved", { format });
  } catch (fault) {
    say("idle");
    showFault($("fault"), fault);
  } finally {
    showState();
  }
}

// What is shown

function say(key, facts = {}) {
  status = [key, facts];
  $("status").textContent = t(key, facts);
}

function showState() {
  document.body.classList.toggle("speaking", Boolean(running));
  $("go-label").textContent = t(running ? "stop" : "speak");
  $("replay").disabled = !player.length;
  $("download").disabled = !player.complete || !player.length;
  showEngine();
}

function showCounter() {
  const count = [...$("text").value].length;
  $("counter").textContent = t("characters", { count: number(count), limit: number(limit) });
  $("counter").classList.toggle("over", count > limit);
}

function showOutputs() {
  $("speed-out").textContent = `${number(Number($("speed").value), 2)}×`;
  $("temperature-out").textContent = number(Number($("temperature").value), 2);
}

function showTime() {
  $("replay").classList.toggle("playing", player.playing);
  const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
  $("time").textContent = player.length ? `${clock(player.position)} / ${clock(player.duration)}` : "";
  if (player.length) $("replay").disabled = false;
}

function showEngine() {
  const words = { ready: "engineReady", busy: "engineBusy", starting: "engineStarting", down: "engineDown" };
  const state = running && engine.state === "ready" ? "busy" : engine.state; // we know it before the next look
  $("engine").dataset.state = state;
  const sentence = t(words[state], { model: engine.model });
  const place = $("engine").querySelector("span");
  if (place.textContent !== sentence) place.textContent = sentence;
}

async function watchEngine() {
  const before = engine.state;
  try {
    const [found] = (await read("/health/engines")).items;
    const state = !found || found.error ? "down" : !found.ready ? "starting" : found.running ? "busy" : "ready";
    engine = { state, model: found?.model ?? "" };
  } catch {
    engine = { state: "down", model: "" };
  }
  showEngine();
  if (["starting", "down"].includes(before) && ["ready", "busy"].includes(engine.state)) await loadChoices();
  setTimeout(watchEngine, ["starting", "busy"].includes(engine.state) ? 700 : 2500);
}

async function loadChoices() {
  try {
    const { items, text_limit } = await read("/languages");
    limit = text_limit;
    showCounter();
    const rows = items.map(({ code, own_name }) => [code, own_name]);
    const own = i18n.locale().split("-")[0];
    options($("language"), rows, localStorage.getItem("timbre.spoken") ?? own);
    options($("clone-language"), rows, $("language").value);
    options($("mix-language"), rows, $("language").value);
    await voices.load();
  } catch (fault) {
    if (fault.code === "network") showFault($("fault"), fault);
  }
}

async function usePageLanguage(language, choose = i18n.use) {
  await choose(language);
  $("page-language").value = language;
  voices.show();
  showCounter();
  showOutputs();
  showState();
  say(...status);
}

// Start

function install() {
  const text = $("text");
  text.value = localStorage.getItem(DRAFT) ?? "";
  let saving;
  text.addEventListener("input", () => {
    showCounter();
    $("draft").textContent = "";
    clearTimeout(saving);
    saving = setTimeout(() => {
      localStorage.setItem(DRAFT, text.value);
      $("draft").textContent = text.value ? t("draftSaved") : "";
    }, 400);
  });
  $("clear").addEventListener("click", () => {
    text.value = "";
    text.dispatchEvent(new Event("input"));
    text.focus();
  });
  $("speak").addEventListener("submit", (event) => {
    event.preventDefault();
    if (running) stop();
    else speak();
  });
  addEventListener("keydown", (event) => {
    const open = document.querySelector(".modal.show");
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !open && !running) { event.preventDefault(); speak(); }
    if (event.key === "Escape" && !open) stop();
  });
  for (const id of ["speed", "temperature"]) $(id).addEventListener("input", showOutputs);
  $("language").addEventListener("change", () => localStorage.setItem("timbre.spoken", $("language").value));
  $("page-language").addEventListener("change", (event) => usePageLanguage(event.target.value, i18n.choose));
  $("theme").addEventListener("click", () => window.timbreTheme.toggle());
  $("replay").addEventListener("click", () => player.toggle());
  $("download").addEventListener("click", download);
  player.addEventListener("change", showTime);
  for (const format of FORMATS) {
    const item = document.createElement("li");
    const button = Object.assign(document.createElement("button"), { type: "button", className: "dropdown-item text-uppercase", textContent: format });
    button.addEventListener("click", () => { $("format-name").textContent = format; });
    item.append(button);
    $("format-list").append(item);
  }
  const made = (voice) => { $("status").textContent = t("cloneDone", { name: voice.name }); };
  clone.install(made);
  mix.install(made);
}

install();
await usePageLanguage(i18n.preferred());
watchEngine();
