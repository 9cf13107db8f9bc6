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

/** A stretch of time: 0.42 s, 8.1 s, 3 min 20 s, 2 h 5 min. */
export function seconds(count, digits = count < 10 ? 1 : 0) {
  const unit = (value, name, places = 0) => intl(value, { style: "unit", unit: name, unitDisplay: "short", minimumFractionDigits: places, maximumFractionDigits: places });
  if (count < 59.5) return unit(count, "second", digits);
  const whole = Math.round(count);
  if (whole < 3600) return [unit(Math.floor(whole / 60), "minute"), ...(whole % 60 ? [unit(whole % 60, "second")] : [])].join(" ");
  const minutes = Math.round(whole / 60);
  return [unit(Math.floor(minutes / 60), "hour"), ...(minutes % 60 ? [unit(minutes % 60, "minute")] : [])].join(" ");
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
