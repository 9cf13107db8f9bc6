// A profile's words: of those built in, in the page's language. They stand with those of Speak, where one chooses among them.

import { has, load, t } from "../i18n.js";

export const ready = () => load("speak");

/** what: name or about. */
export function told(profile, what) {
  const key = `speak.profile_${profile.id}_${what}`;
  return profile.built_in && has(key) ? t(key) : (profile[what] ?? "");
}
