// What a profile can set, and between what: as the service itself describes it.

import * as api from "../api.js";
import * as format from "../format.js";

/** The parameters in the order in which they are shown; `step` and `places` are for the eye, the bounds come from the service. */
export const PARAMETERS = {
  speed: { step: 0.05, places: 2, start: 1 },
  temperature: { step: 0.01, places: 2, start: 0.75 },
  top_p: { step: 0.01, places: 2, start: 0.85 },
  top_k: { step: 1, places: 0, start: 50 },
  repetition_penalty: { step: 0.5, places: 1, start: 5 },
  seed: { step: 1, places: 0, start: 0 },
};

let found = null; // a promise of the bounds, asked for once

/** {name: {low, high}} of /openapi.json. Throws Fault. */
export function ranges() {
  found ??= read().catch((fault) => { found = null; throw fault; });
  return found;
}

async function read() {
  const { components } = await api.get("/openapi.json");
  const { properties } = components.schemas.NewProfile;
  const bounds = (name) => properties[name].anyOf?.find((one) => one.minimum !== undefined) ?? properties[name];
  return Object.fromEntries(Object.keys(PARAMETERS).map((name) => {
    const { minimum, maximum } = bounds(name);
    return [name, { low: minimum, high: Math.min(maximum, Number.MAX_SAFE_INTEGER) }];
  }));
}

/** A parameter's value as it is shown. */
export const shown = (name, value) => (name === "seed" ? String(value) : format.number(value, PARAMETERS[name].places)) + (name === "speed" ? "×" : "");

/** Those parameters that a profile sets. */
export const sampling = (profile) => Object.fromEntries(Object.keys(PARAMETERS).filter((name) => profile[name] !== undefined && profile[name] !== null).map((name) => [name, profile[name]]));
