// The last lines of the log, of all roles or of one, with words looked for.

import * as api from "../api.js";
import { choice, tick } from "../components/controls.js";
import { showFault } from "../components/fault.js";
import { html, make } from "../dom.js";
import { t } from "../i18n.js";

const LINES = 300;
const ROLES = ["serve", "api", "engine", "worker", "broker"];
const TYPED_MS = 300;

/** The section: { element, load(), again, leave() }. load() says whether the service shows its log. */
export function logs() {
  const faults = make("div");
  const lines = html`<pre class="log" tabindex="0" role="log" aria-live="off" aria-label="${t("admin.logs")}"></pre>`;
  const role = choice([["", t("admin.allRoles")], ...ROLES.map((one) => [one, one])], "");
  role.ariaLabel = t("admin.role");
  const search = make("input", { type: "search", className: "form-control form-control-sm", placeholder: t("admin.searchLog"), ariaLabel: t("admin.searchLog"), maxLength: 200 });
  role.classList.add("form-select-sm");
  let follows = true, typing, turn = 0;
  const follow = tick(t("admin.follow"), true, (on) => { follows = on; if (on) read(); });
  const element = html`<section class="sheet sheet-pad" aria-labelledby="logs-title"><div class="section-head align-items-center"><h2 id="logs-title" class="h5 mb-0">${t("admin.logs")}</h2><div class="log-tools">${role}${search}${follow.element}</div></div>${faults}${lines}</section>`;
  role.addEventListener("change", () => read());
  search.addEventListener("input", () => { clearTimeout(typing); typing = setTimeout(read, TYPED_MS); });

  async function read() {
    const mine = ++turn;
    try {
      const { items } = await api.get("/admin/logs", { query: { lines: LINES, role: role.value, search: search.value.trim() } });
      if (mine !== turn) return true;
      showFault(faults);
      const atEnd = lines.scrollHeight - lines.scrollTop - lines.clientHeight < 40;
      const begun = lines.textContent !== "";
      const text = items.map((line) => [line.at && line.at.slice(11, 19), line.role, line.text].filter(Boolean).join("  ")).join("\n") || t("admin.noLines");
      if (text === lines.textContent) return true; // what is marked in it stays marked
      lines.textContent = text;
      if (atEnd || !begun) lines.scrollTop = lines.scrollHeight;
    } catch (fault) {
      if (fault.status === 404) return false;
      if (mine === turn) showFault(faults, fault);
    }
    return true;
  }

  return { element, load: () => (follows ? read() : true), again: true, leave: () => clearTimeout(typing) };
}
