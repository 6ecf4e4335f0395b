// Settings, pretended: the core's own table (`settings.json`, which a test of the core writes), kept in memory.

import type { Failure, SettingCard, SettingsState, SettingValue } from "../protocol";
import { type Change, cardOf, troubleOf } from "../settings/catalogue";
import { conflicts, isBinding, isReserved, sound, wordOf } from "../settings/bindings";
import { setKeys } from "./drive";
import * as things from "./things";
import type { Handlers, World } from "./world";

const refusal = (message: string, remedy: string): Failure => ({ code: "bad_request", message, remedy });

function fits({ kind }: SettingCard, value: SettingValue): boolean {
  switch (kind.kind) {
    case "switch":
      return typeof value === "boolean";
    case "number":
      return typeof value === "number" && troubleOf(kind, value) === null;
    case "choice":
      return typeof value === "string" && kind.options.includes(value);
    default:
      return typeof value === "string";
  }
}

/** Why these cannot be set; none when they can. */
function refused(state: SettingsState, changes: Change[]): Failure | null {
  if (state.problem?.level === "fault") {
    return refusal("The settings file is not used, so nothing can be kept in it.", "Correct it, or begin a new one.");
  }
  for (const [name, value] of changes) {
    const card = cardOf(state, name);
    if (!card) return refusal(`There is no setting ${name}.`, "Choose one of those that are shown.");
    if (card.source === "environment") return refusal(`${card.variable} sets ${name}.`, "Unset it, then start Tendon again.");
    if (value !== null && !fits(card, value)) return refusal(`${name} cannot be ${value}.`, "Choose another value.");
    if (card.kind.kind === "key" && isReserved(String(value))) {
      return refusal(`${value} means the same everywhere.`, "Choose another key.");
    }
    if (card.kind.kind === "folder" && String(value ?? "").startsWith("/mnt")) {
      return refusal("This folder cannot be written to.", `Choose another, or give it to your user.\nFolder: ${value}`);
    }
  }
  if (!sound(state.settings, changes)) {
    const [name, code] = changes[0] ?? ["", ""];
    const [other] = conflicts(state.settings, name, String(code));
    return refusal(`${wordOf(name)} and ${other ? wordOf(other.name) : "another"} have the same key.`, "Choose another key.");
  }
  const after = (name: string) => Number(changes.find(([one]) => one === name)?.[1] ?? cardOf(state, name)?.value);
  if (after("limits.temperature_stop") <= after("limits.temperature_warn")) {
    return refusal("The arm would stop before it warns.", "Keep the temperature that stops above the one that warns.");
  }
  return null;
}

const after = (card: SettingCard, changes: Change[]): SettingCard => {
  const change = changes.find(([name]) => name === card.name);
  if (!change) return card;
  const [, value] = change;
  return { ...card, value: value ?? card.usual, source: value === null ? "usual" : "file" };
};

export const settingsHandlers: Handlers = {
  speak: () => undefined,
  set_settings: (world, changes) => {
    const state = world.topics.settings;
    const why = refused(state, changes);
    if (why) return why;
    put(world, changes);
    if (changes.some(([name]) => isBinding(name))) setKeys(world);
    return { is: "done" };
  },
  begin_settings_anew: (world) => {
    world.patch("settings", { problem: null, settings: things.settings().settings });
    return { is: "saved", what: { path: `${world.topics.settings.path}.broken`, bytes: 0 } };
  },
};

/** As if the file said so. */
function put(world: World, changes: Change[]): void {
  world.patch("settings", { settings: world.topics.settings.settings.map((card) => after(card, changes)) });
}

const environment = (world: World, name: string, value: SettingValue): void =>
  world.patch("settings", {
    settings: world.topics.settings.settings.map((card) =>
      card.name === name ? { ...card, value, source: "environment" as const } : card,
    ),
  });

/** Some values of the file, one of the environment, a key that nobody knows. */
function settings(world: World): void {
  put(world, [
    ["look.text", "110"],
    ["drive.rate_hz", 100],
    ["limits.joint_speed", 90],
    ["limits.temperature_stop", 60],
    ["record.episode_s", 45],
    ["keys.next", "Period"],
    ["keys.by_leader", ""],
    ["keys.stop_also", "F13"],
  ]);
  environment(world, "log.level", "debug");
  environment(world, "log.folder", "/var/log/tendon");
  environment(world, "drive.speed", 0.5);
  environment(world, "keys.faster", "F8");
  world.patch("settings", { unknown: [{ name: "drive.elbow_room", line: 14 }] });
}

export const settingsScenarios: Record<string, (world: World) => void> = {
  settings,
  settings_broken: (world) =>
    world.patch("settings", {
      problem: things.notice(
        "fault",
        "The settings file is wrong: line 7, column 12: a number was expected. Everything has its usual value.",
        `Correct the line, or begin a new file.\nFile: ${world.topics.settings.path}`,
      ),
    }),
  settings_variable: (world) =>
    world.patch("settings", {
      problem: things.notice("warning", "TENDON_RECORD_FPS is “many”, it must be a number from 1 to 120.", "Correct the variable, or unset it."),
    }),
};
