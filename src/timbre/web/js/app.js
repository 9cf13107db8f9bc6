// The shell: which page is shown, and what every page is given.
//
// A page is js/pages/<name>.js with `name` and `async mount(root, context)`, which may give back a function that leaves: it stops timers,
// sockets and players (it hears true where the same page comes again, in another language). Its words are locales/<language>/<name>.json. Each page has one h1. context:
//   api        get(path, {query, signal}) post(path, body) patch delete → JSON; upload(path, form, {progress, signal}) → {status, location,
//              data}; stream(path, body, signal), call(path, options) → Response. They throw Fault {code, message, hint, status}
//   t(key, values), has(key), locale, format (number, percent, bytes, seconds, clock, date, dateTime, ago)
//   session    signed_in, key_needed, name, scopes, may(scope)
//   engine     state, model, items; events "change" and "up"
//   toast(kind, message or fault), confirm(message, {title, action, danger}) → promise, dialog(title, {body, foot, submit, wide})
//   live(path, hear, connected) → stop; ended(jobId, changed, signal) → promise of the job
//   navigate(hash), path (what follows the page's name in the hash, by its slashes), query (what follows its ?)
//
// Components, in js/components/: audio playButton, silence · copy copyBox · drop dropField · empty emptyState · fault faultPanel, showFault, said ·
// icons icon, iconButton · player Player, floats · progress progressBar · table pagedTable · voice face, voicePicker.
// In js/dom.js: html`…` (a template whose values are text or elements), make, options, save.

import * as api from "./api.js";
import { silence } from "./components/audio.js";
import { faultPanel } from "./components/fault.js";
import { icon } from "./components/icons.js";
import { $, html } from "./dom.js";
import * as format from "./format.js";
import * as i18n from "./i18n.js";
import { ended, live } from "./live.js";
import { closeDialogs, confirm, dialog, toast } from "./shell/dialogs.js";
import { engine } from "./shell/engine.js";
import * as signing from "./shell/session.js";

const { t } = i18n;
const PAGES = [["dashboard", "home"], ["speak", "speak"], ["jobs", "jobs"], ["voices", "voices"], ["profiles", "profiles"], ["datasets", "datasets", "train"], ["training", "training", "train"], ["checkpoints", "checkpoints", "train"], ["models", "models"], ["admin", "admin", "admin"]]; // name, picture, scope
let leave = null; // what the page that is shown wants done when it goes
let turn = 0;

/** The page that a hash names, what follows it, and its query. Without a page: Speak, while there is something to say. */
function place() {
  const [way, query] = location.hash.replace(/^#\/?/, "").split("?");
  const [name, ...path] = way.split("/").map(decodeURIComponent);
  const known = PAGES.some(([page]) => page === name);
  const first = localStorage.getItem("timbre.draft") ? "speak" : "dashboard";
  return { name: known ? name : first, path: path.filter(Boolean), query: new URLSearchParams(query) };
}

/** staying: the same page anew, in another language. */
async function show({ focus = true, staying = false } = {}) {
  const mine = ++turn;
  const { name, path, query } = place();
  leave?.(staying);
  leave = null;
  silence();
  closeDialogs();
  showNav(name);
  const root = html`<div class="page-root" data-page="${name}"></div>`;
  try {
    const [module] = await Promise.all([import(`./pages/${name}.js`), i18n.load(name)]);
    if (mine !== turn) return;
    $("page").replaceChildren(root);
    const left = await module.mount(root, context(path, query));
    if (mine !== turn) return void left?.();
    leave = left ?? null;
  } catch (fault) {
    if (mine !== turn) return;
    const known = fault.code ? fault : { message: t("shell.pageFault"), hint: fault.message };
    $("page").replaceChildren(html`<h1>${t(`shell.${name}`)}</h1>`, faultPanel(known, () => show()));
  }
  document.title = `${t(`shell.${name}`)} · Timbre`;
  $("page").dataset.shown = name;
  if (focus) focusHeading();
}

function focusHeading() {
  const heading = $("page").querySelector("h1") ?? $("page");
  heading.tabIndex = -1;
  scrollTo(0, 0);
  heading.focus({ preventScroll: true });
}

const context = (path, query) => ({
  api, t, has: i18n.has, locale: i18n.locale(), format, session: signing.session, engine, toast, confirm, dialog, live, ended, path, query,
  navigate: (hash) => { location.hash = hash.replace(/^#?\/?/, "#/"); },
});

function showNav(current) {
  const shown = PAGES.filter(([, , scope]) => !scope || signing.session.may(scope));
  $("nav").replaceChildren(...shown.map(([name, picture]) => {
    const link = html`<a class="nav-item" href="#/${name}">${icon(picture)}<span>${t(`shell.${name}`)}</span></a>`;
    if (name === current) link.ariaCurrent = "page";
    return html`<li>${link}</li>`;
  }));
}

async function changeLanguage(event) {
  await i18n.choose(event.target.value);
  signing.show();
  engine.show();
  await show({ focus: false, staying: true });
}

/** A file dropped beside a field that is there for it must not replace the page; a recording becomes a voice. */
async function dropped(event) {
  if (event.defaultPrevented) return;
  event.preventDefault();
  const recordings = [...event.dataTransfer.files].filter(({ type }) => /^(audio|video)\//.test(type));
  if (!recordings.length || !signing.session.may("voices")) return;
  const { offer } = await import("./voices/clone.js");
  if (offer(recordings)) return;
  if (location.hash === "#/voices/clone") show();
  else location.hash = "#/voices/clone";
}

function install() {
  addEventListener("hashchange", () => {
    bootstrap.Offcanvas.getInstance($("side"))?.hide();
    signing.askAgain();
    show();
  });
  // The link's own hash would be taken for a page's.
  $("skip").addEventListener("click", (event) => { event.preventDefault(); focusHeading(); });
  $("page-language").addEventListener("change", changeLanguage);
  $("theme").addEventListener("click", () => window.timbreTheme.toggle());
  addEventListener("dragover", (event) => event.preventDefault());
  addEventListener("drop", dropped);
  signing.install({ heard: () => { showNav(place().name); engine.look(); }, changed: () => show({ focus: false }) });
}

await i18n.use(i18n.preferred());
$("page-language").value = i18n.locale();
install();
try {
  await signing.refresh();
} catch (fault) {
  toast("danger", fault);
  engine.look();
}
if (signing.session.key_needed && !signing.session.signed_in) await signing.signIn();
await show({ focus: false });
