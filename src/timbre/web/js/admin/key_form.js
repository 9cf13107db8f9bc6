// The dialog in which a key is made or changed. A new key is shown once, to be copied.

import * as api from "../api.js";
import { copyBox } from "../components/copy.js";
import { choice, field } from "../components/controls.js";
import { showFault } from "../components/fault.js";
import { html, make } from "../dom.js";
import { t } from "../i18n.js";
import { dialog } from "../shell/dialogs.js";

export const SCOPES = ["speak", "voices", "train", "admin"];
const LIMITS = ["requests_per_minute", "characters_per_day", "jobs_at_once"];
const DAYS = [7, 30, 90, 365];
const DAY_MS = 86_400_000;

/**
 * key: the one to change, or null. first: whether there is none yet, so that whoever makes it must be able to come back in.
 * A promise of the key that was made or changed (with its secret as `key` when it is new), or null.
 */
export async function keyForm(key, first) {
  const name = make("input", { className: "form-control", maxLength: 80, value: key?.name ?? "", required: true });
  name.setAttribute("autofocus", "");
  const scopes = SCOPES.map((scope) => scopeBox(scope, key ? key.scopes.includes(scope) : scope === "speak" || (first && scope === "admin"), first && scope === "admin"));
  const kept = key?.expires_at ? [["kept", t("admin.expiryKept")]] : [];
  const expiry = choice([...kept, ["", t("admin.never")], ...DAYS.map((days) => [String(days), t("admin.days", { count: days })])], kept.length ? "kept" : "");
  const limits = LIMITS.map((limit) => make("input", { type: "number", className: "form-control", min: 1, step: 1, inputMode: "numeric", value: key?.[limit] ?? "", placeholder: t("admin.unlimited") }));
  const faults = make("div", { className: "mt-3" });
  const go = html`<button type="submit" class="btn btn-primary">${t(key ? "admin.save" : "admin.createKey")}</button>`;
  const away = html`<button type="button" class="btn btn-link" data-bs-dismiss="modal">${t("common.cancel")}</button>`;
  const warning = first && html`<div class="alert alert-warning">${t("admin.firstKey")}</div>`;
  const body = html`<div>${warning}${field(t("admin.keyName"), name, t("admin.keyNameAbout"))}
    <fieldset class="mt-3"><legend class="form-label">${t("admin.scopes")}</legend><div class="scopes">${scopes.map((one) => one.element)}</div></fieldset>
    <div class="row g-3 mt-0"><div class="col-sm-6">${field(t("admin.expires"), expiry)}</div>${LIMITS.map((limit, place) => html`<div class="col-sm-6">${field(t(`admin.${limit}`), limits[place])}</div>`)}</div>${faults}</div>`;
  const box = dialog(t(key ? "admin.changeKey" : "admin.newKey"), { body, foot: [away, go], submit: send });
  let made = null;

  function wish() {
    const given = { name: name.value.trim(), scopes: SCOPES.filter((_, place) => scopes[place].input.checked) };
    LIMITS.forEach((limit, place) => { if (limits[place].value !== "" || key) given[limit] = limits[place].value === "" ? null : Number(limits[place].value); });
    if (expiry.value && expiry.value !== "kept") given.expires_at = new Date(Date.now() + Number(expiry.value) * DAY_MS).toISOString();
    else if (key && expiry.value === "") given.expires_at = null;
    return given;
  }

  async function send() {
    if (made) return box.hide();
    showFault(faults);
    go.disabled = true;
    try {
      const given = wish();
      made = key ? await api.patch(`/keys/${encodeURIComponent(key.id)}`, given) : await api.post("/keys", given);
      if (key) box.hide();
      else await showSecret();
    } catch (fault) {
      showFault(faults, fault);
    } finally {
      go.disabled = false;
    }
  }

  /** The key itself: this is the only time that anybody sees it. */
  async function showSecret() {
    if (first) await api.sign(made.key); // from now on this page needs it as well
    box.element.querySelector(".modal-title").textContent = t("admin.keyMade", { name: made.name });
    const secret = copyBox(made.key, t("admin.theKey"));
    box.body.replaceChildren(html`<p>${t("admin.shownOnce")}</p>`, secret, ...(first ? [html`<p class="small text-body-secondary mt-3 mb-0">${t("admin.signedIn")}</p>`] : []));
    away.remove();
    go.textContent = t("admin.keptIt");
    secret.querySelector("button").focus();
  }

  box.show();
  await box.closed;
  return made;
}

function scopeBox(scope, checked, fixed) {
  const input = make("input", { type: "checkbox", className: "form-check-input", id: `scope-${scope}`, checked, disabled: fixed });
  input.setAttribute("aria-describedby", `scope-${scope}-about`);
  return { input, element: html`<div class="form-check">${input}<label class="form-check-label" for="scope-${scope}">${t(`admin.scope.${scope}`)}</label><div id="scope-${scope}-about" class="form-text mt-0">${t(`admin.scope.${scope}About`)}</div></div>` };
}
