import { html } from "../dom.js";

export const name = "speak";

export async function mount(root, { t }) {
  root.append(html`<h1>${t("shell.speak")}</h1>`);
}
