// What changes while one looks: WebSockets that come back by themselves, and jobs followed to their end.

import { Fault, get } from "./api.js";

const SOON_MS = 500;
const LATE_MS = 15_000;
const POLL_MS = 1500;
const FINAL = [1000, 1008]; // codes of a socket that the service has closed for good
export const ENDED = ["completed", "failed", "cancelled"];

/**
 * Hears each message (as JSON) of a WebSocket of ours until the function that is given back is called.
 * connected(true or false) tells how it stands; a socket that broke is opened again, later each time. path: also a function, asked each time.
 */
export function live(path, hear, connected = () => {}) {
  let socket, timer, tries = 0, over = false;
  const open = () => {
    socket = new WebSocket(new URL(typeof path === "function" ? path() : path, location.href.replace(/^http/, "ws")));
    socket.onopen = () => { tries = 0; connected(true); };
    socket.onmessage = ({ data }) => hear(JSON.parse(data));
    socket.onclose = ({ code }) => {
      if (over) return;
      connected(false);
      if (!FINAL.includes(code)) timer = setTimeout(open, Math.min(LATE_MS, SOON_MS * 2 ** tries++));
    };
  };
  open();
  return () => { over = true; clearTimeout(timer); socket.close(); };
}

/** A job once it has ended, by its WebSocket, and by asking again and again should that fail. `changed` hears it each time. */
export async function ended(id, changed = () => {}, signal = undefined) {
  const path = `/jobs/${encodeURIComponent(id)}`;
  let heard = 0, over = false, stop;
  const told = new Promise((resolve) => {
    stop = live(`/ws${path}`, (job) => {
      if (job.error && !job.id) return;
      heard = Date.now();
      changed(job);
      if (ENDED.includes(job.status)) resolve(job);
    });
  });
  const asked = (async () => {
    for (;;) {
      await new Promise((resolve) => { setTimeout(resolve, POLL_MS); });
      if (over) return null;
      if (signal?.aborted) throw new DOMException("stopped", "AbortError");
      if (Date.now() - heard < 4 * POLL_MS) continue;
      const job = await get(path, { signal });
      changed(job);
      if (ENDED.includes(job.status)) return job;
    }
  })();
  asked.catch(() => {}); // where the socket was quicker
  try {
    const job = await Promise.race([told, asked]);
    if (job.status !== "completed") throw new Fault(job.error ?? { code: job.status, message: job.status });
    return job;
  } finally {
    over = true;
    stop();
  }
}
