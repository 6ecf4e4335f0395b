// What can be set, as the page reads it: sections, values, what is searched, what a number may be.
//
// Not here: which key may do what (`bindings.ts`), asking the core (`settings.svelte.ts`).

import type { SettingCard, SettingKind, SettingsState, SettingValue } from "../protocol";
import { named, t } from "../words";
import { isBinding, wholeWordOf, wordOf } from "./bindings";

/** A setting by name with its new value; none is the usual one. */
export type Change = [name: string, value: SettingValue | null];

export const SECTIONS = ["look", "sound", "drive", "limits", "record", "storage", "keys", "imaging", "workers", "log", "window"] as const;
export type Section = (typeof SECTIONS)[number];

const isSection = (name: string): name is Section => (SECTIONS as readonly string[]).includes(name);

/** The section of a setting; none when this page has no place for it. */
export function sectionOf(name: string): Section | null {
  const section = name.slice(0, Math.max(0, name.indexOf(".")));
  return isSection(section) ? section : null;
}

/** An address may name a section. */
export const sectionFrom = (word: string): Section | null => (isSection(word) ? word : null);

export function cardOf(state: SettingsState | null, name: string): SettingCard | undefined {
  return state?.settings.find((card) => card.name === name);
}

/** A number that holds; `otherwise` before the core was heard. */
export function numberIn(state: SettingsState | null, name: string, otherwise: number): number {
  const value = cardOf(state, name)?.value;
  return typeof value === "number" && Number.isFinite(value) ? value : otherwise;
}

export function switchIn(state: SettingsState | null, name: string, otherwise: boolean): boolean {
  const value = cardOf(state, name)?.value;
  return typeof value === "boolean" ? value : otherwise;
}

export function textIn(state: SettingsState | null, name: string, otherwise: string): string {
  const value = cardOf(state, name)?.value;
  return typeof value === "string" ? value : otherwise;
}

/** What puts a setting back to how it is now: its value of the file, or none. */
export function wayBack(card: SettingCard): Change {
  return [card.name, card.source === "usual" ? null : card.value];
}

/** Whether it differs from what holds when nobody sets it. */
export const changed = (card: SettingCard): boolean => card.source === "file";

/** Why a value cannot be changed here; empty when it can. */
export const fixed = (card: SettingCard): string =>
  card.source === "environment" ? t("set.environment", { variable: card.variable }) : "";

/** A product of the worker pool has these settings; each kind of its jobs has a limit of time. */
const OF_PRODUCTS = {
  on: ["set.workers.on", "set.workers.on.hint"],
  workers: ["set.workers.share", "set.workers.share.hint"],
  inline: ["set.workers.inline", "set.workers.inline.hint"],
} as const;

/** What a setting of one product, or of one kind of job, is called and what is said of it. */
function ofWorkers(name: string): { label: string; hint: string } | null {
  const [section, group, key] = name.split(".");
  if (section !== "workers" || group === undefined || key === undefined) return null;
  if (group === "limits") return { label: t("set.workers.limit", { job: named("job", key) }), hint: t("set.workers.limit.hint") };
  if (!Object.hasOwn(OF_PRODUCTS, key)) return null;
  const [label, hint] = OF_PRODUCTS[key as keyof typeof OF_PRODUCTS];
  return { label: t(label, { product: named("product", group) }), hint: t(hint) };
}

/** Its name on the page. */
export function labelOf(name: string): string {
  return isBinding(name) ? wordOf(name) : (ofWorkers(name)?.label ?? named("setting", name));
}

/** One sentence about it; keys have none. */
export function hintOf(name: string): string {
  const workers = ofWorkers(name);
  if (workers) return workers.hint;
  const hint = named("setting.hint", name);
  return hint === name ? "" : hint;
}

/** The words of a choice's options; a number that is a choice goes by its own. */
export const optionOf = (name: string, option: string): string => named(`setting.option.${name}`, option);

/** As a person types it: without accents, and without the hyphens that only show where a word may break. */
const plainly = (text: string): string => text.normalize("NFKD").replace(/[\p{M}\u00ad]/gu, "").toLocaleLowerCase();

/** Settings whose words, names or variables hold every part of what was typed, in any order. */
export function find(cards: SettingCard[], typed: string): SettingCard[] {
  const parts = plainly(typed).split(/\s+/).filter(Boolean);
  if (parts.length === 0) return cards;
  return cards.filter((card) => {
    const text = plainly(wordsOf(card));
    return parts.every((part) => text.includes(part));
  });
}

function wordsOf(card: SettingCard): string {
  const section = sectionOf(card.name);
  const options = card.kind.kind === "choice" ? card.kind.options.map((option) => optionOf(card.name, option)) : [];
  return [
    isBinding(card.name) ? wholeWordOf(card.name) : labelOf(card.name),
    hintOf(card.name),
    section ? named("setting.section", section) : "",
    card.name,
    card.variable,
    ...options,
  ].join(" ");
}

export interface Found {
  section: Section;
  cards: SettingCard[];
}

/** Settings by section, in the page's order; sections without any are left out. */
export function bySection(cards: SettingCard[]): Found[] {
  return SECTIONS.map((section) => ({ section, cards: cards.filter((card) => sectionOf(card.name) === section) })).filter(
    (found) => found.cards.length > 0,
  );
}

type NumberKind = Extract<SettingKind, { kind: "number" }>;

export type NumberTrouble = "set.why.number" | "set.why.range";

/** Why a number cannot be asked for; none when the core may take it. */
export function troubleOf(kind: NumberKind, value: number): NumberTrouble | null {
  if (!Number.isFinite(value)) return "set.why.number";
  return value < kind.least || value > kind.most ? "set.why.range" : null;
}

/** An address begins with http:// or https://, or is none. */
export const wholeAddress = (address: string): boolean => address === "" || /^https?:\/\/[^\s/?@]+[^\s?@]*$/i.test(address);

/** A folder is a whole path, or none. */
export const wholePath = (path: string): boolean => path === "" || /^(\/|~($|\/)|[A-Za-z]:[\\/]|\\\\)/.test(path);
