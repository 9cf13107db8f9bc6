// Who one is, and signing in.

import * as api from "../api.js";
import { showFault } from "../components/fault.js";
import { icon } from "../components/icons.js";
import { $, html } from "../dom.js";
import { t } from "../i18n.js";
import { dialog } from "./dialogs.js";

/** Of GET /session, kept as it was heard last: signed_in, key_needed, through, name, scopes. */
export const session = { signed_in: true, key_needed: false, scopes: [], may: (scope) => !session.key_needed || session.scopes.includes(scope) };

let asking = null; // the promise of the dialog that is open
let declined = false; // whether somebody shut it: then only they open it again
let heard, changed;

/** `on.heard` is told when the service said who one is, `on.changed` when somebody went in or out, so that the page is another. */
export function install(on) {
  ({ heard, changed } = on);
  // What needed the key goes on by itself, so the page stays as it is.
  api.onSignInNeeded(() => (declined ? false : signIn()));
}

/** Another page may ask again. */
export const askAgain = () => { declined = false; };

export async function refresh() {
  const found = await api.session();
  for (const name of ["name", "through", "key_id", "expires_at"]) delete session[name];
  Object.assign(session, found);
  show();
  heard();
}

/** Asks for a key; a promise of whether somebody signed in. Many who ask at once share one dialog. */
export function signIn() {
  asking ??= ask().finally(() => { asking = null; });
  return asking;
}

async function ask() {
  let signedIn = false;
  const body = html`
    <p class="text-body-secondary">${t("shell.signInAbout")}</p>
    <label class="form-label" for="key">${t("shell.key")}</label>
    <input id="key" class="form-control font-monospace" type="password" autocomplete="current-password" spellcheck="false" placeholder="tb_…" required autofocus>
    <div class="mt-3" data-faults></div>`;
  const go = html`<button type="submit" class="btn btn-primary">${t("shell.signIn")}</button>`;
  const box = dialog(t("shell.signInTitle"), { body, foot: [go], submit: send, firm: true, stays: true });
  const field = box.body.querySelector("#key");
  const faults = box.body.querySelector("[data-faults]");
  async function send() {
    if (!field.value.trim()) {
      showFault(faults, { message: t("shell.keyMissing") });
      return field.focus();
    }
    go.disabled = true;
    showFault(faults);
    try {
      await api.sign(field.value.trim());
      await refresh();
      signedIn = true;
      box.hide();
    } catch (fault) {
      showFault(faults, fault);
      field.select();
    } finally {
      go.disabled = false;
    }
  }
  box.show();
  await box.closed;
  declined = !signedIn;
  return signedIn;
}

async function signInByButton() {
  if (await signIn()) changed();
}

async function signOut() {
  await api.sign(null);
  await refresh();
  changed();
}

/** Who one is, at the foot of the sidebar; nothing where no key is needed. */
export function show() {
  const place = $("who");
  place.hidden = !session.key_needed;
  if (!session.key_needed) return place.replaceChildren();
  const button = session.signed_in
    ? html`<button type="button" class="btn btn-sm btn-link p-0">${icon("out", 16)} ${t("shell.signOut")}</button>`
    : html`<button type="button" class="btn btn-sm btn-primary">${icon("key", 16)} ${t("shell.signIn")}</button>`;
  button.addEventListener("click", session.signed_in ? signOut : signInByButton);
  const scopes = session.scopes.map((scope) => t(`shell.scope_${scope}`)).join(", ");
  const name = html`<div class="min-w-0"><b>${session.name ?? t("shell.nobody")}</b><small class="text-body-secondary">${session.signed_in ? scopes : t("shell.notSignedIn")}</small></div>`;
  place.replaceChildren(name, button);
}
