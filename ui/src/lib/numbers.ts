// Every number a person reads. Tabular figures are the style sheet's; here: the minus sign U+2212, no-break spaces
// before units (none before °), grouping from five digits, and never a zero for what is not zero.

import { spoken } from "./words/spoken.svelte";

export const DASH = "–";
const NBSP = "\u00a0";
const MINUS = "\u2212";

const formats = new Map<string, unknown>();

/** One format a language and kind: making one takes longer than using it a hundred times. */
function kept<F>(kind: string, make: (locale: string) => F): F {
  const { locale } = spoken();
  const key = `${locale} ${kind}`;
  const known = formats.get(key) as F | undefined;
  if (known) return known;
  const made = make(locale);
  formats.set(key, made);
  return made;
}

/** Numbers of the page's language with from so many to so many decimals, grouped from five digits. */
export function numberFormat(least: number, most = least): Intl.NumberFormat {
  return kept(`${least} ${most}`, (locale) => {
    const options = { minimumFractionDigits: least, maximumFractionDigits: most, useGrouping: "min2" };
    return new Intl.NumberFormat(locale, options as Intl.NumberFormatOptions);
  });
}

const format = (digits: number): Intl.NumberFormat => numberFormat(digits);

export type Num = number | null | undefined;
const known = (value: Num): value is number => typeof value === "number" && Number.isFinite(value);

/** A bare number with so many decimals; "< 0.01" for what would round to zero and is none. */
export function plain(value: Num, digits = 0): string {
  if (!known(value)) return DASH;
  const least = 10 ** -digits;
  if (value !== 0 && Math.abs(value) < least / 2) {
    return value > 0 ? `<${NBSP}${format(digits).format(least)}` : `>${NBSP}${MINUS}${format(digits).format(least)}`;
  }
  return format(digits).format(value).replace("-", MINUS);
}

/** So many digits that say something, and no more than whole ones: 0.00391, 0.0473, 1.24, 380. */
export function significant(value: Num, digits: number): string {
  if (!known(value) || value === 0) return plain(value, 0);
  const decimals = digits - 1 - Math.floor(Math.log10(Math.abs(value)));
  return plain(value, Math.max(0, Math.min(12, decimals)));
}

function unit(value: Num, digits: number, name: string): string {
  return known(value) ? `${plain(value, digits)}${NBSP}${name}` : DASH;
}

/** An angle that flickers around zero has no sign: "0.0°" is as near as a tenth can say. */
export function angle(degrees: Num, digits = 1): string {
  if (!known(degrees)) return DASH;
  const shown = Math.abs(degrees) < 0.5 * 10 ** -digits ? 0 : degrees;
  return `${format(digits).format(shown).replace("-", MINUS)}°`;
}

export function percent(value: Num): string {
  if (!known(value)) return DASH;
  return `${format(0).format(Math.round(value)).replace("-0", "0").replace("-", MINUS)}${NBSP}%`;
}

/** A joint's place: degrees, or percent for the gripper. */
export function place(joint: string, value: Num): string {
  return joint === "gripper" ? percent(value) : angle(value);
}

export const count = (value: Num): string => plain(value, 0);
export const ticks = (value: Num): string => (known(value) ? String(Math.round(value)).replace("-", MINUS) : DASH);
export const swing = (degrees: Num): string => angle(degrees, 0);
export const millimetres = (value: Num): string => unit(known(value) ? Math.round(value) : value, 0, "mm");
export const degreesPerSecond = (value: Num): string => unit(value, 0, "°/s");
export const hertz = (value: Num): string => unit(value, 1, "Hz");
export const trueRate = (value: Num): string => unit(value, 2, "Hz");
export const milliseconds = (value: Num): string => unit(value, 2, "ms");
export const fromMicroseconds = (value: Num): string => milliseconds(known(value) ? value / 1000 : value);
export const celsius = (value: Num): string => unit(value, 0, "°C");
export const volts = (value: Num): string => unit(value, 1, "V");
export const amperes = (value: Num): string => unit(value, 2, "A");

/** 12.4 s to a minute, 4:12 to a quarter of an hour, then 15.7 min, then 61 h. */
export function span(seconds: Num): string {
  if (!known(seconds)) return DASH;
  if (seconds < 60) return unit(seconds, 1, "s");
  if (seconds < 900) return clock(seconds);
  if (seconds < 3600 * 10) return unit(seconds / 60, 1, "min");
  return unit(seconds / 3600, 0, "h");
}

/** 4:12; never a rounded-up sixty. */
export function clock(seconds: Num): string {
  if (!known(seconds)) return DASH;
  const whole = Math.floor(Math.max(0, seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** Three digits of disk: 212 GB, 9.21 GB; whole MB below. */
export function bytes(value: Num): string {
  if (!known(value)) return DASH;
  if (value < 1e9) return value > 0 && value < 1e6 ? `<${NBSP}1${NBSP}MB` : unit(value / 1e6, 0, "MB");
  for (const [scale, name] of [
    [1e9, "GB"],
    [1e12, "TB"],
  ] as const) {
    const scaled = value / scale;
    if (scaled < 1000 || name === "TB") return unit(scaled, scaled < 9.995 ? 2 : scaled < 99.95 ? 1 : 0, name);
  }
  return DASH;
}

/** A file's size: whole kB below a megabyte, then as `bytes`. */
export function fileSize(value: Num): string {
  if (!known(value) || value >= 1e6) return bytes(value);
  return value > 0 && value < 1000 ? `<${NBSP}1${NBSP}kB` : unit(value / 1000, 0, "kB");
}

/** 27.6 Mbit/s. */
export function bitRate(bits: Num): string {
  return unit(known(bits) ? bits / 1e6 : bits, 1, "Mbit/s");
}

/** A number within a sentence, with the decimals that it has, at most three. */
export function grouped(value: number): string {
  return numberFormat(0, 3).format(value).replace("-", MINUS);
}

/** English days and hours are the British ones: day before month, and twenty-four hours. */
const dated = (locale: string): string => (locale === "en" ? "en-GB" : locale);

/** Of a kind of its own: `kept` names it. */
const dates = (kind: string, options: Intl.DateTimeFormatOptions) =>
  kept(kind, (locale) => new Intl.DateTimeFormat(dated(locale), options));

export function day(secondsSince1970: Num): string {
  if (!known(secondsSince1970)) return DASH;
  return dates("day", { day: "numeric", month: "short", year: "numeric" }).format(secondsSince1970 * 1000);
}

export function wholeDay(millisecondsSince1970: number): string {
  return dates("whole day", { dateStyle: "full" }).format(millisecondsSince1970);
}

/** Day and time of day. */
export function moment(millisecondsSince1970: number): string {
  return dates("moment", { dateStyle: "medium", timeStyle: "short" }).format(millisecondsSince1970);
}

export function timeOfDay(millisecondsSince1970: number): string {
  return dates("time", { hour: "2-digit", minute: "2-digit" }).format(millisecondsSince1970);
}

export function toTheSecond(millisecondsSince1970: number): string {
  return dates("second", { timeStyle: "medium" }).format(millisecondsSince1970);
}

/** To the millisecond, for what follows within one second. */
export function exactTime(millisecondsSince1970: number): string {
  const exact = dates("exact", { hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3 });
  return exact.format(millisecondsSince1970);
}

export function list(items: string[]): string {
  return kept("list", (locale) => new Intl.ListFormat(locale, { type: "conjunction" })).format(items);
}
