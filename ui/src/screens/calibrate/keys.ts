import type { App } from "../../lib/app.svelte";
import type { Shortcut } from "../../lib/shortcuts";
import { back, forward } from "./moves";

/** Enter on a button presses that button. */
function elsewhere(page: Document): boolean {
  const focused = page.activeElement;
  return focused !== null && focused !== page.body && focused.matches("button, a, input, select, textarea, [role]:not([role=group])");
}

export function calibrateKeys(app: App): Shortcut[] {
  const phase = () => app.topics.calibration?.phase;
  return [
    {
      chord: "Enter",
      word: "cal.next",
      run: () => forward(app),
      off: () => elsewhere(app.page.document) || !["middle", "recording", "review"].includes(phase() ?? ""),
    },
    { chord: "Backspace", word: "cal.back", run: () => back(app), off: () => phase() !== "review" },
  ];
}
