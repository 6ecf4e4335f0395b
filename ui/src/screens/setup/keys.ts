import type { App } from "../../lib/app.svelte";
import type { Shortcut } from "../../lib/shortcuts";

export function setupKeys(app: App): Shortcut[] {
  const page = app.page.document;
  const elsewhere = () => {
    const focused = page.activeElement;
    return focused !== null && focused !== page.body && focused.matches("button, a, input, select, textarea, [role]");
  };
  return [
    {
      chord: "Enter",
      word: "setup.next",
      run: () => void app.ask({ do: "set_up_step", with: "next" }),
      off: () => elsewhere() || app.topics.setup?.phase !== "connect",
    },
  ];
}
