// Lines over steps, as SVG: axes, what is under the pointer, or under a place that arrow keys move; and the same in words.

import { html } from "../dom.js";
import * as format from "../format.js";

const SPACE = "http://www.w3.org/2000/svg";
const WIDTH = 600; // before it is on the page
const HEIGHT = 220;
const EDGE = { left: 52, right: 12, top: 10, bottom: 28 };
const TICKS = 4;
const MARGIN = 0.05; // of what lies between the lowest and the highest value

/**
 * { element, update(lines) }. lines: [{ name, points: [[x, y], …] }, …], by growing x; the first and the second have colours of their own.
 * words: { title, x, told(lines) → what the whole says, in a sentence }.
 */
export function chart(words) {
  const picture = draw("svg", { role: "img", tabindex: 0, "aria-label": words.title });
  const value = html`<p class="chart-value tabular" aria-live="polite"></p>`;
  const key = html`<div class="chart-key"></div>`;
  const element = html`<figure class="chart"><figcaption>${words.title}</figcaption>${picture}${value}${key}</figure>`;
  let lines = [];
  let all = [];
  let scale = null;
  let place = null; // the x that is told

  function update(given) {
    all = given;
    lines = given.filter(({ points }) => points.length);
    const width = picture.clientWidth || WIDTH; // so that its words are as large as others, also on a telephone
    picture.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
    scale = scaleOf(lines, width);
    const axes = scale ? [...across(scale), ...upward(scale)] : [];
    picture.replaceChildren(...axes, ...lines.map(({ points }, index) => line(points, scale, given.indexOf(lines[index]))));
    picture.setAttribute("aria-label", `${words.title}. ${words.told(lines)}`);
    key.replaceChildren(...lines.map(({ name }) => html`<span class="chart-key-${given.findIndex((one) => one.name === name)}">${name}</span>`));
    show();
  }

  /** The values at the step that is told, with a line through it. */
  function show() {
    picture.querySelector(".chart-here")?.remove();
    value.textContent = "";
    if (place === null || !scale) return;
    const at = scale.x(place);
    picture.append(draw("line", { class: "chart-here", x1: at, x2: at, y1: EDGE.top, y2: HEIGHT - EDGE.bottom }));
    const said = lines.map(({ name, points }) => `${name} ${format.number(nearest(points, place)[1], 3)}`);
    value.textContent = [`${words.x} ${format.number(place)}`, ...said].join(" · ");
  }

  const steps = () => [...new Set(lines.flatMap(({ points }) => points.map(([x]) => x)))].sort((a, b) => a - b);
  picture.addEventListener("pointermove", (event) => {
    if (!scale) return;
    const box = picture.getBoundingClientRect();
    const x = scale.back(((event.clientX - box.left) / box.width) * scale.width);
    place = nearest(steps().map((one) => [one]), x)[0];
    show();
  });
  picture.addEventListener("pointerleave", () => { place = null; show(); });
  picture.addEventListener("blur", () => { place = null; show(); });
  picture.addEventListener("keydown", (event) => {
    const places = steps();
    const now = places.indexOf(place);
    const next = { ArrowLeft: now < 0 ? places.length - 1 : now - 1, ArrowRight: now + 1, Home: 0, End: places.length - 1 }[event.key];
    if (next === undefined || !places.length) return;
    event.preventDefault();
    place = places[Math.min(places.length - 1, Math.max(0, next))];
    show();
  });
  new ResizeObserver(() => update(all)).observe(picture);
  return { element, update };
}

function scaleOf(lines, width) {
  const xs = lines.flatMap(({ points }) => points.map(([x]) => x));
  const ys = lines.flatMap(({ points }) => points.map(([, y]) => y));
  if (!xs.length) return null;
  const [x0, x1] = [Math.min(...xs), Math.max(...xs)];
  const [low, high] = [Math.min(...ys), Math.max(...ys)];
  const room = (high - low || Math.abs(high) || 1) * MARGIN;
  const [y0, y1] = [low - room, high + room];
  const wide = width - EDGE.left - EDGE.right;
  const tall = HEIGHT - EDGE.top - EDGE.bottom;
  return {
    width, x0, x1, y0, y1,
    x: (x) => EDGE.left + ((x - x0) / (x1 - x0 || 1)) * wide,
    y: (y) => EDGE.top + (1 - (y - y0) / (y1 - y0)) * tall,
    back: (at) => x0 + ((at - EDGE.left) / wide) * (x1 - x0),
  };
}

const line = (points, scale, index) => {
  const group = draw("g", { class: `chart-line-${index}` });
  group.append(draw("polyline", { points: points.map(([x, y]) => `${scale.x(x).toFixed(1)},${scale.y(y).toFixed(1)}`).join(" ") }));
  if (points.length < 40) group.append(...points.map(([x, y]) => draw("circle", { cx: scale.x(x), cy: scale.y(y), r: 2.5 })));
  return group;
};

function across(scale) {
  const ticks = [...new Set(spread(scale.x0, scale.x1).map(Math.round))];
  return [draw("line", { class: "chart-axis", x1: EDGE.left, x2: scale.width - EDGE.right, y1: HEIGHT - EDGE.bottom, y2: HEIGHT - EDGE.bottom }),
    ...ticks.map((x) => label(format.number(x), scale.x(x), HEIGHT - 8, x === scale.x1 && scale.x1 !== scale.x0 ? "end" : "middle"))];
}

function upward(scale) {
  const digits = scale.y1 - scale.y0 < 0.5 ? 3 : scale.y1 - scale.y0 < 5 ? 2 : 1;
  return spread(scale.y0, scale.y1).flatMap((y) => [
    draw("line", { class: "chart-rule", x1: EDGE.left, x2: scale.width - EDGE.right, y1: scale.y(y), y2: scale.y(y) }),
    label(format.number(y, digits), EDGE.left - 6, scale.y(y) + 4, "end")]);
}

const spread = (from, to) => Array.from({ length: TICKS + 1 }, (_, index) => from + ((to - from) * index) / TICKS);
const nearest = (points, x) => points.reduce((best, one) => (Math.abs(one[0] - x) < Math.abs(best[0] - x) ? one : best));

function label(text, x, y, anchor) {
  const one = draw("text", { x, y, "text-anchor": anchor });
  one.textContent = text;
  return one;
}

function draw(tag, facts) {
  const one = document.createElementNS(SPACE, tag);
  for (const [name, value] of Object.entries(facts)) one.setAttribute(name, value);
  return one;
}
