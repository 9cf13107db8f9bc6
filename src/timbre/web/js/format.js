// Numbers, sizes and times as the page's language writes them.

import { locale } from "./i18n.js";

const intl = (value, options) => value.toLocaleString(locale(), options);

export const number = (value, digits = 0) => intl(value, { minimumFractionDigits: digits, maximumFractionDigits: digits });

/** A share of one, as 42%. */
export const percent = (share, digits = 0) => intl(share, { style: "percent", maximumFractionDigits: digits });

/** A size: 512 byte, 1.4 MB. */
export function bytes(count) {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];
  const step = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(count, 1)) / 3)));
  const value = count / 1000 ** step;
  return intl(value, { style: "unit", unit: units[step], unitDisplay: step ? "short" : "long", maximumFractionDigits: step > 1 && value < 100 ? 1 : 0 });
}

/** A stretch of time: 0.4 s, 8.1 s, 3 min 20 s, 2 h 5 min. The units' signs are the same in every language. */
export function seconds(count, digits = count < 10 ? 1 : 0) {
  if (count < 59.5) return `${number(count, digits)}\u00a0s`;
  const pair = (whole, size, large, small) => `${number(Math.floor(whole / size))}\u00a0${large}${whole % size ? ` ${whole % size}\u00a0${small}` : ""}`;
  const whole = Math.round(count);
  return whole < 3600 ? pair(whole, 60, "min", "s") : pair(Math.round(whole / 60), 60, "h", "min");
}

/** A place in audio: 1:05. */
export const clock = (count) => `${Math.floor(count / 60)}:${String(Math.floor(count % 60)).padStart(2, "0")}`;

export const date = (when) => new Date(when).toLocaleDateString(locale(), { dateStyle: "medium" });

export const dateTime = (when) => new Date(when).toLocaleString(locale(), { dateStyle: "medium", timeStyle: "short" });

/** How long ago, or how far ahead: 2 minutes ago, in 23 hours. */
export function ago(when) {
  const away = (new Date(when) - Date.now()) / 1000;
  const [size, unit] = [[86400, "day"], [3600, "hour"], [60, "minute"]].find(([one]) => Math.abs(away) >= one) ?? [1, "second"];
  return new Intl.RelativeTimeFormat(locale(), { numeric: "auto" }).format(Math.round(away / size), unit);
}
