import type { App } from "../../lib/app.svelte";
import { INPUTS, nextSpeed } from "../../lib/drive";
import type { InputKind } from "../../lib/protocol";
import type { Shortcut } from "../../lib/shortcuts";
import type { WordKey } from "../../lib/words";

export function chooseInput(app: App, input: InputKind): void {
  const choice = app.topics.drive?.inputs.find((one) => one.kind === input);
  if (!choice || choice.why_not !== "" || app.topics.drive?.input === input) return;
  void app.ask({ do: "choose_input", with: input });
}

export function changeSpeed(app: App, step: 1 | -1): void {
  const now = app.topics.drive?.speed;
  if (now !== undefined) void app.ask({ do: "set_speed", with: nextSpeed(now, step) });
}

export function switchKeys(app: App): void {
  const state = app.topics.drive;
  if (state) void app.ask({ do: "keys_on", with: !state.keys_on });
}

export function driveKeys(app: App): Shortcut[] {
  const off = () => app.topics.drive === null;
  /** Only keys are driven at this speed: a gamepad has its own buttons for its own. */
  const unkeyed = () => app.topics.drive?.input !== "keys" && app.topics.drive?.input !== "tip";
  return [
    ...INPUTS.map((input) => ({
      chord: app.bound(`by_${input}`),
      word: `drive.by.${input}` as WordKey,
      run: () => chooseInput(app, input),
      off,
    })),
    { chord: app.bound("faster"), word: "drive.faster", run: () => changeSpeed(app, 1), off: unkeyed, repeats: true },
    { chord: app.bound("slower"), word: "drive.slower", run: () => changeSpeed(app, -1), off: unkeyed, repeats: true },
    { chord: app.bound("drive_keys"), word: "drive.keys.switch", run: () => switchKeys(app), off },
  ];
}
