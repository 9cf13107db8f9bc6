// Admin: who may come in, what is kept, how it goes. Only for whoever has the scope admin.

import { keys } from "../admin/keys.js";
import { logs } from "../admin/logs.js";
import { metrics } from "../admin/metrics.js";
import { service } from "../admin/service.js";
import { emptyState } from "../components/empty.js";
import { html, make } from "../dom.js";
import { t } from "../i18n.js";
import * as signing from "../shell/session.js";

export const name = "admin";
const AGAIN_MS = 4000;

/** Lets the shell show this page anew, as whom one is now. */
const anew = () => dispatchEvent(new HashChangeEvent("hashchange"));

export async function mount(root, context) {
  root.append(html`<div class="page-head"><div><h1>${t("admin.title")}</h1><p class="text-body-secondary mb-0">${t("admin.lead")}</p></div></div>`);
  const { session } = context;
  if (session.key_needed && !session.signed_in) {
    root.append(html`<section class="sheet">${emptyState("key", t("shell.signInTitle"), t("shell.signInAbout"))}</section>`);
    signing.signIn().then((done) => done && anew());
    return undefined;
  }
  if (!session.may("admin")) {
    root.append(html`<section class="sheet">${emptyState("key", t("admin.notYours"), t("admin.notYoursAbout"))}</section>`);
    return undefined;
  }
  const signedIn = async () => {
    await signing.refresh();
    anew();
  };
  const parts = [keys(context, signedIn), service(context), metrics(), logs()];
  const place = make("div", { className: "admin-parts" });
  root.append(place);
  // What an older service does not have is not there.
  const here = await Promise.all(parts.map((part) => part.load()));
  const there = parts.filter((_, index) => here[index]);
  place.append(...there.map((part) => part.element));
  for (const log of place.querySelectorAll(".log")) log.scrollTop = log.scrollHeight;
  const timer = setInterval(() => {
    if (!document.hidden) for (const part of there.filter((one) => one.again)) part.load();
  }, AGAIN_MS);
  return () => {
    clearInterval(timer);
    for (const part of parts) part.leave?.();
  };
}
