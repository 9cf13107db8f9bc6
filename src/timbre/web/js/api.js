// The service, as this page uses it.

export class Fault extends Error {
  constructor(message, hint = "") {
    super(message);
    this.hint = hint;
  }
}

/** An answer of the service. Throws Fault with its sentence when it refuses, or with `code` "network" when it is away. */
export async function call(path, options = {}) {
  let answer;
  try {
    answer = await fetch(path, options);
  } catch (cause) {
    if (cause.name === "AbortError") throw cause;
    throw Object.assign(new Fault("network"), { code: "network" });
  }
  if (answer.ok) return answer;
  const wire = await answer.json().catch(() => ({}));
  throw Object.assign(new Fault(wire.error?.message ?? answer.statusText, wire.error?.hint), { code: wire.error?.code });
}

export const read = async (path) => (await call(path)).json();

const post = (path, wanted, signal) =>
  call(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(wanted), signal });

export const synthesize = (wanted, signal) => post("/synthesize-direct", wanted, signal);

/** A mix that is kept, as a voice. */
export const mix = async (wanted) => (await post("/voices/mix", wanted)).json();

/** How a mix would sound, as a file. */
export const hearMix = async (wanted, signal) => (await post("/voices/mix/preview?format=wav", wanted, signal)).blob();

/** Uploads recordings; `progress` hears the share that has gone out. fetch cannot tell that, XMLHttpRequest can. */
export function clone(form, progress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", "/voices/clone");
    request.responseType = "json";
    request.upload.onprogress = (event) => event.lengthComputable && progress(event.loaded / event.total);
    request.onload = () => {
      const { error } = request.response ?? {};
      if (request.status < 300) resolve(request.response);
      else reject(Object.assign(new Fault(error?.message ?? request.statusText, error?.hint), { code: error?.code }));
    };
    request.onerror = () => reject(Object.assign(new Fault("network"), { code: "network" }));
    request.send(form);
  });
}
