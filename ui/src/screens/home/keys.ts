import type { App } from "../../lib/app.svelte";
import type { Shortcut } from "../../lib/shortcuts";

export function homeKeys(app: App): Shortcut[] {
  return [{ chord: "Ctrl+R", word: "home.again", run: () => void app.ask({ do: "look_again" }) }];
}
