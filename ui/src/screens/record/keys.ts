import type { App } from "../../lib/app.svelte";
import { live } from "../../lib/record/session";
import type { Shortcut } from "../../lib/shortcuts";
import { driveKeys } from "../drive/keys";
import { again, finish, next, pauseOrResume, step } from "./steps";

export function recordKeys(app: App): Shortcut[] {
  const off = () => !live(app.topics.record);
  const undoable = () => off() || app.topics.record?.undoable === 0;
  return [
    { chord: app.bound("next"), word: "record.next", run: () => next(app), off },
    { chord: app.bound("again"), word: "record.again", run: () => again(app), off },
    { chord: app.bound("pause"), word: "record.pause", run: () => pauseOrResume(app), off },
    { chord: app.bound("finish"), word: "record.finish", run: () => void finish(app), off },
    { chord: "Ctrl+Z", word: "record.undo", run: () => step(app, "undo"), inText: false, off: undoable },
    ...driveKeys(app),
  ];
}
