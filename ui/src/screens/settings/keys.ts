import type { App } from "../../lib/app.svelte";
import type { Shortcut } from "../../lib/shortcuts";

export const SEARCH = "settings-search";

export function settingsKeys(app: App): Shortcut[] {
  return [
    {
      chord: "Ctrl+F",
      word: "set.search",
      run: () => {
        const field = app.page.document.getElementById(SEARCH);
        if (field instanceof HTMLInputElement) {
          field.focus();
          field.select();
        }
      },
    },
  ];
}
