import { html } from "../dom.js";

export const name = "voices";

export async function mount(root, { t }) {
  root.append(html`<h1>${t("shell.voices")}</h1>`);
}
