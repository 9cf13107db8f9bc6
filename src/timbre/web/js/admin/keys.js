// API keys: who may use the service, for what, and how much.

import * as api from "../api.js";
import { badge, button } from "../components/controls.js";
import { showFault } from "../components/fault.js";
import { iconButton } from "../components/icons.js";
import { html, make } from "../dom.js";
import * as format from "../format.js";
import { t } from "../i18n.js";
import { keyForm } from "./key_form.js";

const COLOURS = { active: "completed", expired: "paused", revoked: "plain" };

/** The section: { element, load() }. Where the service has no keys, it is absent: load() says whether it is there. */
export function keys({ toast, confirm, session }, signedIn) {
  const faults = make("div");
  const list = make("ul", { className: "key-list", ariaLabel: t("admin.keys") });
  const gone = make("ul", { className: "key-list" });
  const past = html`<details class="past"><summary></summary>${gone}</details>`;
  const none = html`<p class="text-body-secondary mb-0">${t("admin.noKeys")}</p>`;
  const add = button(t("admin.newKey"), create, "btn-primary btn-sm", "plus");
  const element = html`<section class="sheet sheet-pad" aria-labelledby="keys-title"><div class="section-head"><div><h2 id="keys-title" class="h5 mb-0">${t("admin.keys")}</h2><p class="small text-body-secondary mb-0">${t("admin.keysAbout")}</p></div>${add}</div>${faults}${none}${list}${past}</section>`;

  async function load() {
    try {
      const { items } = await api.get("/keys");
      showFault(faults);
      const [active, past_] = [items.filter((key) => key.state === "active"), items.filter((key) => key.state !== "active")];
      list.replaceChildren(...active.map(line));
      gone.replaceChildren(...past_.map(line));
      none.hidden = items.length > 0;
      past.hidden = !past_.length;
      past.querySelector("summary").textContent = t("admin.pastKeys", { count: past_.length });
    } catch (fault) {
      if (fault.status === 404) return false;
      showFault(faults, fault, load);
    }
    return true;
  }

  function line(key) {
    const limits = ["requests_per_minute", "characters_per_day", "jobs_at_once"].filter((one) => key[one]).map((one) => t(`admin.limit.${one}`, { count: key[one] }));
    const facts = [
      ...limits,
      key.last_used_at ? t("admin.lastUsed", { when: format.ago(key.last_used_at) }) : t("admin.neverUsed"),
      key.used_today.requests || key.used_today.characters ? t("admin.usedToday", { requests: key.used_today.requests, characters: key.used_today.characters }) : "",
      key.revoked_at ? t("admin.revokedOn", { when: format.date(key.revoked_at) }) : key.expires_at ? t(key.state === "expired" ? "admin.expiredOn" : "admin.expiresOn", { when: format.date(key.expires_at) }) : "",
    ].filter(Boolean);
    const tools = key.state === "revoked" ? [] : [iconButton("edit", t("admin.changeOf", { name: key.name }), () => change(key)), iconButton("trash", t("admin.revokeOf", { name: key.name }), () => revoke(key))];
    return html`<li class="key"><div class="key-words"><div class="key-name"><b class="text-break">${key.name}</b><code>${key.start}…</code>${badge(COLOURS[key.state], t(`admin.state.${key.state}`))}</div>
      <ul class="tags" aria-label="${t("admin.scopes")}">${key.scopes.map((scope) => html`<li>${t(`admin.scope.${scope}`)}</li>`)}</ul><p class="small text-body-secondary mb-0">${facts.join(" · ")}</p></div><div class="key-tools">${tools}</div></li>`;
  }

  async function create() {
    const first = session.through === "open";
    const made = await keyForm(null, first);
    if (!made) return;
    if (first) await signedIn();
    else await load();
  }

  async function change(key) {
    if (!(await keyForm(key, false))) return;
    toast("success", t("admin.changed", { name: key.name }));
    await load();
  }

  async function revoke(key) {
    const own = key.id === session.key_id;
    const sure = [t("admin.revokeSure", { name: key.name }), own ? t("admin.revokeOwn") : ""].filter(Boolean).join(" ");
    if (!(await confirm(sure, { action: t("admin.revoke") }))) return;
    try {
      await api.delete(`/keys/${encodeURIComponent(key.id)}`);
      toast("success", t("admin.revoked", { name: key.name }));
    } catch (fault) {
      toast("danger", fault);
    }
    if (own) await signedIn();
    else await load();
  }

  return { element, load };
}
