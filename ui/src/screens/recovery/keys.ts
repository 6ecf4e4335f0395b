import type { App } from "../../lib/app.svelte";
import type { Shortcut } from "../../lib/shortcuts";

export function recoveryKeys(app: App): Shortcut[] {
  return [
    {
      chord: "Ctrl+R",
      word: "home.again",
      run: () => void app.ask({ do: "look_for_left" }),
      off: () => app.topics.recovery?.looking ?? false,
    },
  ];
}
