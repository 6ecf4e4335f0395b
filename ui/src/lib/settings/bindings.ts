// Keys that a person can bind: what each does, which of them may not be the same, and what makes room for one.
//
// Keys are physical: `KeyboardEvent.code`. Not here: what a key has printed on it (`caps.ts`), what it does when it is
// pressed (`screens/*/keys.ts`; drive keys are the core's).

import type { SettingCard } from "../protocol";
import { type WordKey, named, t } from "../words";
import type { Change } from "./catalogue";

export type Group = "joints" | "tip" | "record" | "input" | "speed" | "stop";
export const GROUPS: readonly Group[] = ["joints", "tip", "record", "input", "speed", "stop"];

const KEYS = "keys.";
const JOINTS = ["shoulder_pan", "shoulder_lift", "elbow_flex", "wrist_flex", "wrist_roll", "gripper"] as const;
/** The tip's axes as settings name them, and as the page's words do. */
const TIP = { x: "forward", y: "left", z: "up", pitch: "pitch", roll: "roll", gripper: "gripper" } as const;

const WORDS: Record<string, { group: Group; word: WordKey }> = {
  stop_also: { group: "stop", word: "set.keys.stop" },
  next: { group: "record", word: "record.next" },
  again: { group: "record", word: "record.again" },
  pause: { group: "record", word: "record.pause" },
  finish: { group: "record", word: "record.finish" },
  by_keys: { group: "input", word: "drive.by.keys" },
  by_leader: { group: "input", word: "drive.by.leader" },
  by_gamepad: { group: "input", word: "drive.by.gamepad" },
  by_sliders: { group: "input", word: "drive.by.sliders" },
  by_tip: { group: "input", word: "drive.by.tip" },
  faster: { group: "speed", word: "drive.faster" },
  slower: { group: "speed", word: "drive.slower" },
  drive_keys: { group: "speed", word: "drive.keys.switch" },
};

/** A binding that moves something one way. */
export interface Way {
  /** The joint, or the tip's axis, as words name it. */
  axis: string;
  more: boolean;
}

function wayOf(name: string): (Way & { group: Group }) | null {
  const [, stem = "", end = ""] = /^keys\.(.+)_(minus|plus)$/.exec(name) ?? [];
  const more = end === "plus";
  if ((JOINTS as readonly string[]).includes(stem)) return { group: "joints", axis: stem, more };
  const axis = stem.startsWith("tip_") ? TIP[stem.slice(4) as keyof typeof TIP] : undefined;
  return axis ? { group: "tip", axis, more } : null;
}

export function groupOf(name: string): Group | null {
  const way = wayOf(name);
  if (way) return way.group;
  return name.startsWith(KEYS) ? (WORDS[name.slice(KEYS.length)]?.group ?? null) : null;
}

export const isBinding = (name: string): boolean => groupOf(name) !== null;

/** What it does, in a word or two. */
export function wordOf(name: string): string {
  const way = wayOf(name);
  if (way) return named(`key.${way.axis}`, way.more ? "more" : "less");
  const word = WORDS[name.slice(KEYS.length)]?.word;
  return word ? t(word) : name;
}

/** The same with where it belongs: “Open” opens the gripper of two tables. */
export function wholeWordOf(name: string): string {
  const group = groupOf(name);
  return group ? t("set.keys.in", { what: wordOf(name), group: named("set.keys.group", group) }) : name;
}

/** A table row of two ways: less and more. */
export interface Axis {
  axis: string;
  less: SettingCard | undefined;
  more: SettingCard | undefined;
}

export function axesOf(cards: SettingCard[], group: "joints" | "tip"): Axis[] {
  const axes = new Map<string, Axis>();
  for (const card of cards) {
    const way = wayOf(card.name);
    if (way?.group !== group) continue;
    const row = axes.get(way.axis) ?? { axis: way.axis, less: undefined, more: undefined };
    row[way.more ? "more" : "less"] = card;
    axes.set(way.axis, row);
  }
  return [...axes.values()];
}

/** Keys that mean the same everywhere and cannot mean anything else. */
const RESERVED: ReadonlySet<string> = new Set(["Space", "Escape", "Enter", "NumpadEnter", "Tab", "Backspace", "F1", "F6", "F11"]);
const MODIFIER = /^(Shift|Control|Alt|Meta|OS)(Left|Right)?$|^(CapsLock|Fn|FnLock|AltGraph)$/;

export const isModifier = (code: string): boolean => MODIFIER.test(code);
export const isReserved = (code: string): boolean => RESERVED.has(code) || isModifier(code);

/** Joint keys and tip keys are never live together; all others may not share a key. */
function clash(one: string, other: string): boolean {
  const groups = [groupOf(one), groupOf(other)];
  return one !== other && !groups.includes(null) && !(groups.includes("joints") && groups.includes("tip"));
}

const codeOf = (card: SettingCard): string => (typeof card.value === "string" ? card.value : "");

/** Those that hold this key and may not share it with `name`. */
export function conflicts(cards: SettingCard[], name: string, code: string): SettingCard[] {
  if (code === "") return [];
  return cards.filter((card) => codeOf(card) === code && clash(name, card.name));
}

/** Whether anything holds a key twice, after these changes. */
export function sound(cards: SettingCard[], changes: Change[]): boolean {
  const after = cards.filter((card) => isBinding(card.name)).map((card) => {
    const change = changes.find(([name]) => name === card.name);
    return change ? { ...card, value: change[1] ?? card.usual } : card;
  });
  return after.every((card) => conflicts(after, card.name, codeOf(card)).length === 0);
}

/** What makes room by switching the others off; none when one of them is not the page's to change. */
export function taking(cards: SettingCard[], name: string, code: string): Change[] | null {
  const others = conflicts(cards, name, code);
  if (others.some((card) => card.source === "environment")) return null;
  return [[name, code], ...others.map((card): Change => [card.name, ""])];
}

/**
 * What makes room by giving the others the key that `name` had. One that shares that key with none of them, but would with
 * the newcomer, changes places too: the two keys trade places wherever it matters. None when there is nothing to give, or one
 * of them is not the page's to change.
 */
export function swapping(cards: SettingCard[], name: string, code: string): Change[] | null {
  const mine = cards.find((card) => card.name === name);
  const old = mine ? codeOf(mine) : "";
  if (!mine || old === "" || old === code) return null;
  const changes = new Map<string, string>([[name, code]]);
  const open = [name];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const gets = changes.get(next) ?? "";
    for (const other of conflicts(cards, next, gets)) {
      if (changes.has(other.name)) continue;
      if (other.source === "environment") return null;
      changes.set(other.name, gets === code ? old : code);
      open.push(other.name);
    }
  }
  return [...changes];
}

/** What brings every key back; those that the environment sets stay. */
export function resetting(cards: SettingCard[]): Change[] {
  return cards.filter((card) => isBinding(card.name) && card.source === "file").map((card) => [card.name, null]);
}
