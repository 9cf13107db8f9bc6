// Text to be copied: a line or a block, and a button.

import { html } from "../dom.js";
import { t } from "../i18n.js";
import { icon, iconButton } from "./icons.js";

/** A box with text and a button that copies it. Where the browser refuses to copy, the text is selected instead. */
export function copyBox(text, label) {
  const box = html`<div class="copy"><pre tabindex="0" aria-label="${label}"><code>${text}</code></pre></div>`;
  const button = iconButton("copy", t("common.copy"), async () => {
    try {
      await navigator.clipboard.writeText(text);
      button.replaceChildren(icon("check"));
      button.ariaLabel = t("common.copied");
      setTimeout(() => { button.replaceChildren(icon("copy")); button.ariaLabel = t("common.copy"); }, 2000);
    } catch {
      getSelection().selectAllChildren(box.querySelector("code"));
    }
  });
  box.append(button);
  return box;
}
