// The service, as this page calls it. Refusals are thrown as Fault; whoever is not signed in is asked to, and then it goes on.

export class Fault extends Error {
  constructor({ code = "unknown", message = "", hint = "", status = 0 }) {
    super(message);
    Object.assign(this, { code, hint, status });
  }
}

export const isAbort = (fault) => fault?.name === "AbortError";

let csrf = null; // what changes must carry when a cookie signs them
let askToSignIn = async () => false;

/** Told once, by the shell: who asks for a key. Its promise says whether somebody signed in. */
export const onSignInNeeded = (ask) => { askToSignIn = ask; };

/** Who one is, by the service: GET /session. */
export async function session() {
  let found = { signed_in: true, key_needed: false, scopes: [] };
  try {
    found = await (await send("/session")).json();
  } catch (fault) {
    if (fault.status !== 404) throw fault;
  }
  csrf = found.csrf ?? null;
  return found;
}

/** Signs in (with a key) or out (without). */
export async function sign(key) {
  const answer = key ? await send("/session", json("POST", { key })) : await send("/session", { method: "DELETE" });
  csrf = answer.status === 204 ? null : ((await answer.json()).csrf ?? null);
}

/** An answer of the service, as fetch gives it; for streams and files. */
export async function call(path, options = {}) {
  try {
    return await send(path, options);
  } catch (fault) {
    if (fault.code === "csrf_failed") await session(); // signed in anew in another tab
    else if (fault.status !== 401 || !(await askToSignIn(fault))) throw fault;
    return send(path, options);
  }
}

async function send(path, options = {}) {
  const headers = { ...options.headers, ...(csrf && options.method ? { "X-CSRF-Token": csrf } : {}) };
  let answer;
  try {
    answer = await fetch(path, { ...options, headers });
  } catch (cause) {
    throw isAbort(cause) ? cause : new Fault({ code: "network" });
  }
  if (answer.ok) return answer;
  throw new Fault({ message: answer.statusText, ...(await answer.json().catch(() => ({}))).error, status: answer.status });
}

const json = (method, body, { signal, headers } = {}) => ({
  method,
  signal,
  headers: { ...headers, ...(body === undefined ? {} : { "Content-Type": "application/json" }) },
  body: body === undefined ? undefined : JSON.stringify(body),
});

const read = async (answer) => (answer.status === 204 ? null : answer.json());

/** A GET that asks nobody to sign in: for what looks by itself, again and again. */
export const quietly = async (path, options) => read(await send(path, options));

/** A path with a query: what is empty or undefined is left out. */
export function address(path, query = {}) {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== "");
  return given.length ? `${path}?${new URLSearchParams(given)}` : path;
}

export const get = async (path, { query, signal } = {}) => read(await call(address(path, query), { signal }));
export const post = async (path, body, options) => read(await call(path, json("POST", body, options)));
export const patch = async (path, body, options) => read(await call(path, json("PATCH", body, options)));
const remove = async (path, options) => read(await call(path, json("DELETE", undefined, options)));
export { remove as delete };

/** A POST whose answer is a stream or a file. */
export const stream = (path, body, signal) => call(path, json("POST", body, { signal }));

/**
 * Sends files as they are in a FormData. `progress` hears the share that has gone out: fetch cannot tell that, XMLHttpRequest can.
 * Gives { status, location, data }.
 */
export async function upload(path, form, { progress, signal } = {}) {
  try {
    return await sendForm(path, form, progress, signal);
  } catch (fault) {
    if (fault.code === "csrf_failed") await session();
    else if (fault.status !== 401 || !(await askToSignIn(fault))) throw fault;
    return sendForm(path, form, progress, signal);
  }
}

function sendForm(path, form, progress, signal) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", path);
    request.responseType = "json";
    if (csrf) request.setRequestHeader("X-CSRF-Token", csrf);
    if (progress) request.upload.onprogress = (event) => event.lengthComputable && progress(event.loaded / event.total);
    request.onload = () => {
      const { status, response: data } = request;
      if (status < 300) resolve({ status, location: request.getResponseHeader("Location"), data });
      else reject(new Fault({ message: request.statusText, ...data?.error, status }));
    };
    request.onerror = () => reject(new Fault({ code: "network" }));
    request.onabort = () => reject(new DOMException("stopped", "AbortError"));
    signal?.addEventListener("abort", () => request.abort());
    request.send(form);
  });
}
