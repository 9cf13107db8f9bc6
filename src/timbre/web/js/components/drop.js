// A field to drop files on, or to choose them with.

import { html } from "../dom.js";
import { icon } from "./icons.js";

/** `taken` hears a list of files. accept: as of <input type=file>. Gives a label with its input in it, of the id given. */
export function dropField(id, words, accept, taken, { multiple = true } = {}) {
  const field = html`<label class="drop" for="${id}">${icon("upload", 28)}<span>${words}</span><input id="${id}" class="visually-hidden" type="file" accept="${accept}"></label>`;
  const input = field.querySelector("input");
  input.multiple = multiple;
  for (const kind of ["dragenter", "dragover"]) {
    field.addEventListener(kind, (event) => { event.preventDefault(); field.classList.add("over-it"); });
  }
  for (const kind of ["dragleave", "drop"]) field.addEventListener(kind, () => field.classList.remove("over-it"));
  field.addEventListener("drop", (event) => { event.preventDefault(); taken([...event.dataTransfer.files]); });
  input.addEventListener("change", () => { taken([...input.files]); input.value = ""; });
  return field;
}
