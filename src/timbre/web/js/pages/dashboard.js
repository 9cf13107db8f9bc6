import { html } from "../dom.js";

export const name = "dashboard";

export async function mount(root, { t }) {
  root.append(html`<h1>${t("shell.dashboard")}</h1>`);
}
