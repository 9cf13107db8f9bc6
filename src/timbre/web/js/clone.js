// The dialog that makes a voice from dropped recordings.

import { Fault, clone } from "./api.js";
import { $, hideFault, make, showFault } from "./dom.js";
import { number, t } from "./i18n.js";
import * as voices from "./voices.js";

let files = [];

export function install(done) {
  const drop = $("drop");
  for (const kind of ["dragenter", "dragover"]) {
    drop.addEventListener(kind, (event) => { event.preventDefault(); drop.classList.add("over-it"); });
  }
  for (const kind of ["dragleave", "drop"]) drop.addEventListener(kind, () => drop.classList.remove("over-it"));
  drop.addEventListener("drop", (event) => { event.preventDefault(); add(event.dataTransfer.files); });
  // A recording dropped beside the box, or anywhere on the page, must not replace the page.
  addEventListener("dragover", (event) => event.preventDefault());
  addEventListener("drop", (event) => {
    if (event.defaultPrevented) return;
    event.preventDefault();
    if (!event.dataTransfer.files.length) return;
    bootstrap.Modal.getInstance($("mix-dialog"))?.hide(); // two dialogs at once would fight over the focus
    bootstrap.Modal.getOrCreateInstance($("clone-dialog")).show();
    add(event.dataTransfer.files);
  });
  $("files").addEventListener("change", () => { add($("files").files); $("files").value = ""; });
  $("clone").addEventListener("submit", (event) => { event.preventDefault(); send(done); });
  $("clone-dialog").addEventListener("hidden.bs.modal", () => hideFault($("clone-fault")));
}

function add(more) {
  files.push(...more);
  if (!$("clone-name").value && files.length) $("clone-name").value = files[0].name.replace(/\.\w+$/, "").slice(0, 80);
  hideFault($("clone-fault"));
  show();
}

function show() {
  $("file-list").replaceChildren(...files.map((file, index) => {
    const away = make("button", { type: "button", className: "btn-close btn-sm ms-auto", ariaLabel: t("remove", { name: file.name }) });
    away.addEventListener("click", () => { files.splice(index, 1); show(); });
    const large = make("span", { className: "text-body-secondary text-nowrap", textContent: size(file.size) });
    return make("li", {}, make("span", { textContent: file.name }), large, away);
  }));
}

const size = (bytes) => (bytes < 1e6 ? `${number(bytes / 1e3)} kB` : `${number(bytes / 1e6, 1)} MB`);

async function send(done) {
  const fault = $("clone-fault");
  hideFault(fault);
  const missing = [[!files.length, "needFiles"], [!$("clone-name").value.trim(), "needName"], [!$("consent").checked, "needConsent"]].find(([is]) => is);
  if (missing) return showFault(fault, new Fault(t(missing[1])));
  const form = new FormData();
  for (const file of files) form.append("files", file);
  form.append("name", $("clone-name").value.trim());
  form.append("language", $("clone-language").value);
  form.append("consent", t("consent"));
  busy(true);
  try {
    const voice = await clone(form, progress);
    files = [];
    $("clone").reset();
    show();
    bootstrap.Modal.getInstance($("clone-dialog")).hide();
    await voices.load();
    voices.choose(voice.id);
    done(voice);
  } catch (refusal) {
    showFault(fault, refusal);
  } finally {
    busy(false);
  }
}

function busy(is) {
  $("clone-go").disabled = is;
  $("clone-go").textContent = is ? t("cloneWorking") : t("cloneGo");
  $("clone-progress").classList.toggle("d-none", !is);
  progress(0);
}

function progress(share) {
  $("clone-progress").ariaValueNow = Math.round(share * 100);
  $("clone-progress").firstElementChild.style.width = `${share * 100}%`;
}
