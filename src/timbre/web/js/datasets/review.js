// Going through segments: the list, narrowed, and one of them at a time beside it. All of it by keyboard.

import { button } from "../components/controls.js";
import { emptyState } from "../components/empty.js";
import { showFault } from "../components/fault.js";
import { icon } from "../components/icons.js";
import { html, make } from "../dom.js";
import { Segment } from "./segment.js";
import { placeOf, reasonName } from "./words.js";

const STATES = ["", "kept", "dropped", "edited", "unheard"];
const PAGE = 50;
const TYPED_MS = 250;
const SHORT = 90;
const KEYS = [["keyPlay", "Space"], ["keyMove", "↑ ↓"], ["keyKeep", "K"], ["keyDrop", "D"], ["keyBack", "U"], ["keyEdit", "E"], ["keyEdges", "[ ]"], ["keySave", "Ctrl + Enter"]];

export async function mountReview(place, context, dataset) {
  const { api, t, format, query } = context;
  const asked = { state: STATES.includes(query.get("state")) ? query.get("state") : "", reason: query.get("reason") ?? "", search: query.get("search") ?? "" };
  let wanted = query.get("segment");
  let items = [], next = null, counts = {}, chosen = null, left = false, turn = 0, typed;

  const chips = make("div", { className: "chips", role: "group", ariaLabel: t("datasets.filter") });
  const search = html`<input type="search" class="form-control" placeholder="${t("datasets.searchText")}" aria-label="${t("datasets.searchText")}">`;
  search.value = asked.search;
  const faults = make("div");
  const list = html`<ol class="segment-list" aria-label="${t("datasets.tab_review")}"></ol>`;
  const more = button(t("common.more"), () => load(next), "btn-sm btn-outline-secondary");
  const nothing = make("div");
  const heard = html`<p class="visually-hidden" role="status"></p>`;
  const segment = new Segment(dataset, {
    changed,
    step: (way) => step(way),
    said: (words) => { heard.textContent = words; },
  });
  const keys = html`<details class="review-keys"><summary>${t("datasets.keys")}</summary><dl>${KEYS.map(([word, key]) => html`<div><dt><kbd>${key}</kbd></dt><dd>${t(`datasets.${word}`)}</dd></div>`)}</dl></details>`;
  keys.open = matchMedia("(hover: hover) and (min-width: 992px)").matches;
  const side = make("div", { className: "review-side" }, list, more);
  const body = html`<div class="review">${segment.element}${side}</div>`;
  place.append(html`<div class="job-bar">${chips}<div class="search">${icon("search", 18)}${search}</div></div>`, faults, heard, body, keys, nothing);

  function address() {
    history.replaceState(null, "", placeOf(dataset.id, "review", { ...asked, segment: chosen?.id }));
  }

  function showChips() {
    const all = (counts.kept ?? 0) + (counts.dropped ?? 0);
    const focused = chips.contains(document.activeElement) ? document.activeElement.value : null;
    const made = STATES.map((state) => {
      const one = html`<button type="button" class="chip" value="${state}">${t(`datasets.show_${state || "all"}`)} <b>${format.number(state ? counts[state] ?? 0 : all)}</b></button>`;
      one.ariaPressed = asked.state === state && !asked.reason;
      one.addEventListener("click", () => narrow({ state, reason: "" }));
      return one;
    });
    if (asked.reason) {
      const one = html`<button type="button" class="chip" value="reason" aria-pressed="true" aria-label="${t("datasets.withoutReason", { reason: reasonName(asked.reason) })}">${reasonName(asked.reason)} ${icon("close", 14)}</button>`;
      one.addEventListener("click", () => narrow({ reason: "" }));
      made.push(one);
    }
    chips.replaceChildren(...made);
    const on = chips.querySelector("[aria-pressed=true]");
    if (on) chips.scrollLeft = Math.max(0, on.offsetLeft + on.offsetWidth - chips.offsetLeft - chips.clientWidth + 16);
    if (focused !== null) chips.querySelector(`[value="${focused}"]`)?.focus();
  }

  async function narrow(changes) {
    Object.assign(asked, changes);
    await segment.rest();
    wanted = null;
    await load();
  }

  async function load(cursor) {
    const mine = ++turn;
    try {
      const page = await api.get(`/training/datasets/${encodeURIComponent(dataset.id)}/segments`, { query: { ...asked, limit: PAGE, cursor } });
      if (left || mine !== turn) return;
      showFault(faults);
      items = cursor ? [...items, ...page.items] : page.items;
      next = page.next ?? null;
      counts = page.counts;
      await found();
      show();
      if (!cursor) await choose(items.find(({ id }) => id === wanted) ?? items[0] ?? null);
    } catch (fault) {
      if (!left && mine === turn) showFault(faults, fault, () => load(cursor));
    }
  }

  /** A segment that the address names, though its page is not here yet. */
  async function found() {
    if (!wanted || items.some(({ id }) => id === wanted)) return;
    try {
      const one = await api.quietly(`/training/segments/${encodeURIComponent(wanted)}`);
      if (one.dataset_id === dataset.id) items = [one, ...items];
    } catch {
      wanted = null; // it has gone meanwhile
    }
  }

  function show() {
    showChips();
    list.replaceChildren(...items.map(line));
    mark();
    more.hidden = !next;
    body.hidden = keys.hidden = !items.length;
    const narrowed = asked.state || asked.reason || asked.search;
    const none = narrowed ? emptyState("search", t("datasets.noneFound"), "", button(t("datasets.showAll"), () => { search.value = ""; narrow({ state: "", reason: "", search: "" }); })) : emptyState("edit", t("datasets.reviewNone"), t("datasets.reviewNoneAbout"), html`<a class="btn btn-primary" href="${placeOf(dataset.id)}">${t("datasets.tab_recordings")}</a>`);
    nothing.replaceChildren(...(items.length ? [] : [none]));
  }

  function line(one) {
    const text = one.text ?? t("datasets.noText");
    const press = html`<button type="button" class="segment-line"><i class="segment-mark" aria-hidden="true"></i><span class="segment-text">${text.length > SHORT ? `${text.slice(0, SHORT)} …` : text}</span><span class="small text-body-secondary tabular">${[format.seconds(one.end_s - one.begin_s, 1), one.kept ? "" : one.reasons.map(reasonName).join(", ") || t("datasets.byYou")].filter(Boolean).join(" · ")}</span><span class="visually-hidden">${t(one.kept ? "datasets.kept" : "datasets.dropped")}</span></button>`;
    press.addEventListener("click", () => choose(one.id));
    const made = html`<li>${press}</li>`;
    Object.assign(made.dataset, { id: one.id, kept: one.kept, edited: Boolean(one.edited.length || one.verdict) });
    return made;
  }

  function mark() {
    for (const one of list.children) {
      const mine = one.dataset.id === chosen?.id;
      if (mine) one.firstElementChild.setAttribute("aria-current", "true");
      else one.firstElementChild.removeAttribute("aria-current");
      if (mine) {
        const [top, bottom] = [one.offsetTop, one.offsetTop + one.offsetHeight];
        if (top < list.scrollTop) list.scrollTop = top;
        else if (bottom > list.scrollTop + list.clientHeight) list.scrollTop = bottom - list.clientHeight;
      }
    }
  }

  async function choose(which) {
    const id = which?.id ?? which;
    await segment.rest();
    chosen = items.find((one) => one.id === id) ?? null;
    mark();
    address();
    if (chosen) await segment.open(chosen, items.indexOf(chosen) + 1);
    else segment.close();
  }

  /** A segment as it is now; it stays in the list until that is read anew. */
  function changed(one) {
    const at = items.findIndex(({ id }) => id === one.id);
    if (at < 0) return;
    const before = items[at];
    items[at] = one;
    if (chosen?.id === one.id) chosen = one;
    if (before.kept !== one.kept) {
      counts.kept += one.kept ? 1 : -1;
      counts.dropped += one.kept ? -1 : 1;
    }
    const was = before.edited.length > 0 || Boolean(before.verdict);
    const is = one.edited.length > 0 || Boolean(one.verdict);
    if (was !== is) counts.edited += is ? 1 : -1;
    const fresh = line(one);
    const old = list.children[at];
    const focused = old.contains(document.activeElement);
    old.replaceWith(fresh);
    if (focused) fresh.firstElementChild.focus();
    mark();
    showChips();
  }

  async function step(way) {
    const at = items.findIndex(({ id }) => id === chosen?.id);
    if (at + way >= items.length && next) await load(next);
    const to = items[at + way];
    if (to) await choose(to.id);
    else heard.textContent = t(way > 0 ? "datasets.isLast" : "datasets.isFirst");
    return Boolean(to);
  }

  function pressed(event) {
    if (document.querySelector(".modal.show, .offcanvas.show") || !chosen) return;
    segment.key(event);
  }

  search.addEventListener("input", () => { clearTimeout(typed); typed = setTimeout(() => narrow({ search: search.value.trim() }), TYPED_MS); });
  document.addEventListener("keydown", pressed);
  await load();
  return () => {
    left = true;
    clearTimeout(typed);
    document.removeEventListener("keydown", pressed);
    segment.leave();
  };
}
