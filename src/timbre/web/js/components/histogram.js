// How many things have which value: bars of two kinds, one on the other, as SVG; and the same as a table for who cannot see it.

import { html } from "../dom.js";

const SPACE = "http://www.w3.org/2000/svg";
const HEIGHT = 60;
const WIDTH = 10;

/** edges: one more than there are bars. kept, dropped: counts. words: { title, kept, dropped, range }; told(value): a value as people read it. */
export function histogram({ edges, kept, dropped }, words, told) {
  const picture = document.createElementNS(SPACE, "svg");
  const most = Math.max(1, ...kept.map((count, index) => count + dropped[index]));
  const facts = { viewBox: `0 0 ${WIDTH * kept.length} ${HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true" };
  for (const [name, value] of Object.entries(facts)) picture.setAttribute(name, value);
  kept.forEach((count, index) => {
    const tall = (count / most) * HEIGHT;
    picture.append(bar(index, HEIGHT - tall, tall, "kept"), bar(index, HEIGHT - tall - (dropped[index] / most) * HEIGHT, (dropped[index] / most) * HEIGHT, "dropped"));
  });
  const rows = kept.map((count, index) => html`<tr><th scope="row">${told(edges[index])} – ${told(edges[index + 1])}</th><td>${count}</td><td>${dropped[index]}</td></tr>`);
  return html`
    <figure class="histogram">
      <figcaption>${words.title}</figcaption>
      ${picture}
      <div class="histogram-ends tabular" aria-hidden="true"><span>${told(edges[0])}</span><span>${told(edges.at(-1))}</span></div>
      <div class="visually-hidden"><table><caption>${words.title}</caption><thead><tr><th scope="col">${words.range}</th><th scope="col">${words.kept}</th><th scope="col">${words.dropped}</th></tr></thead><tbody>${rows}</tbody></table></div>
    </figure>`;
}

function bar(index, top, tall, kind) {
  const one = document.createElementNS(SPACE, "rect");
  const facts = { x: index * WIDTH + 1, y: top, width: WIDTH - 2, height: Math.max(0, tall), class: `histogram-${kind}` };
  for (const [name, value] of Object.entries(facts)) one.setAttribute(name, value);
  return one;
}
