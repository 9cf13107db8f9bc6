// How a stretch of a recording looks, with two edges that can be moved: by mouse, by touch, and by the arrow keys.

import { html } from "../dom.js";
import * as format from "../format.js";
import { t } from "../i18n.js";

const FINE_S = 0.01;
const COARSE_S = 0.1;
const LEAST_S = 0.2;
const SETTLED_MS = 500;
const SPACE = "http://www.w3.org/2000/svg";

/**
 * { element, show(drawn, begin, end), at(seconds), flush(), leave(), begin, end }. drawn: as GET …/waveform answers. moved(begin, end) hears edges that
 * have come to rest; pressed(seconds) a press beside them; moving() every move.
 */
export function waveform({ moved, moving = () => {}, pressed = () => {} }) {
  const picture = document.createElementNS(SPACE, "svg");
  const line = document.createElementNS(SPACE, "path");
  picture.setAttribute("preserveAspectRatio", "none");
  picture.setAttribute("aria-hidden", "true");
  picture.append(line);
  const edge = (side) => html`<span class="wave-edge" role="slider" tabindex="0" data-side="${side}" aria-label="${t(`common.edge_${side}`)}"></span>`;
  const edges = { begin: edge("begin"), end: edge("end") };
  const before = html`<i class="wave-out"></i>`;
  const after = html`<i class="wave-out"></i>`;
  const head = html`<i class="wave-head" hidden></i>`;
  const element = html`<div class="waveform">${picture}${before}${after}${head}${edges.begin}${edges.end}</div>`;
  const state = { from: 0, to: 1, begin: 0, end: 1 };
  let timer;

  const share = (seconds) => (100 * (seconds - state.from)) / (state.to - state.from);
  const within = (value, least, most) => Math.min(most, Math.max(least, value));
  function place() {
    before.style.width = `${share(state.begin)}%`;
    after.style.left = `${share(state.end)}%`;
    for (const side of ["begin", "end"]) {
      const handle = edges[side];
      handle.style.left = `${share(state[side])}%`;
      handle.setAttribute("aria-valuemin", (side === "begin" ? state.from : state.begin).toFixed(2));
      handle.setAttribute("aria-valuemax", (side === "begin" ? state.end : state.to).toFixed(2));
      handle.setAttribute("aria-valuenow", state[side].toFixed(2));
      handle.setAttribute("aria-valuetext", format.seconds(state[side], 2));
    }
  }
  function move(side, seconds) {
    state[side] = side === "begin" ? within(seconds, state.from, state.end - LEAST_S) : within(seconds, state.begin + LEAST_S, state.to);
    place();
    moving();
  }
  function rest() {
    clearTimeout(timer);
    timer = setTimeout(flush, SETTLED_MS);
  }
  function flush() {
    if (!timer) return;
    clearTimeout(timer);
    timer = null;
    moved(state.begin, state.end);
  }
  const secondsAt = (event) => {
    const { left, width } = element.getBoundingClientRect();
    return state.from + ((event.clientX - left) / width) * (state.to - state.from);
  };

  for (const side of ["begin", "end"]) {
    const handle = edges[side];
    let held = false;
    handle.addEventListener("pointerdown", (event) => { held = true; handle.setPointerCapture(event.pointerId); handle.focus(); event.preventDefault(); event.stopPropagation(); });
    handle.addEventListener("pointermove", (event) => { if (held) move(side, secondsAt(event)); });
    for (const kind of ["pointerup", "pointercancel"]) handle.addEventListener(kind, () => { if (held) rest(); held = false; });
    handle.addEventListener("keydown", (event) => {
      const way = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
      if (!way || event.ctrlKey || event.altKey || event.metaKey) return;
      event.preventDefault();
      event.stopPropagation();
      move(side, state[side] + way * (event.shiftKey ? COARSE_S : FINE_S));
      rest();
    });
  }
  element.addEventListener("pointerdown", (event) => pressed(secondsAt(event)));

  return {
    element,
    edges,
    get begin() { return state.begin; },
    get end() { return state.end; },
    show(drawn, begin, end) {
      clearTimeout(timer);
      timer = null;
      Object.assign(state, { from: drawn.begin_s, to: drawn.end_s, begin, end });
      const { low, high } = drawn;
      const most = Math.max(1, ...high, ...low.map((value) => -value));
      picture.setAttribute("viewBox", `0 -1 ${low.length} 2`);
      line.setAttribute("d", low.map((value, index) => `M${index + 0.5} ${(-Math.max(high[index], most / 100) / most).toFixed(3)}V${(-Math.min(value, -most / 100) / most).toFixed(3)}`).join(""));
      head.hidden = true;
      place();
    },
    /** Where it sounds; null: nowhere. */
    at(seconds) {
      head.hidden = seconds === null;
      if (seconds !== null) head.style.left = `${share(within(seconds, state.from, state.to))}%`;
    },
    flush,
    leave: flush,
  };
}
