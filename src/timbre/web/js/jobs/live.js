// The list as it changes: over a WebSocket, and where that cannot be had by asking again and again.

import { live } from "../live.js";

const POLL_MS = 2000;

/**
 * Calls `changed(job)` for each job that changes while the socket is open, `missed()` once it is, for what happened
 * before, and `poll()` every two seconds while it is not. `state(live)` hears which of the two it is.
 * Returns what ends it.
 */
export function follow({ changed, missed, poll, state }) {
  let timer;
  const asking = (on) => {
    clearInterval(timer);
    if (on) timer = setInterval(poll, POLL_MS);
  };
  asking(true);
  const leave = live("/ws/jobs", (job) => job.id && changed(job), (open) => {
    asking(!open);
    state(open);
    if (open) missed();
  });
  return () => { asking(false); leave(); };
}
