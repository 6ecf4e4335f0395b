import "./lib/language";
import { mount } from "svelte";
import "./tokens.css";
import "./base.css";
import Root from "./Root.svelte";
import type { Backend } from "./lib/backend";

async function backend(): Promise<Backend> {
  const asked = new URLSearchParams(location.search);
  const scenario = asked.get("fake");
  // Only while developing and for photographs: the page that the program carries has one door.
  if ((import.meta.env.DEV || import.meta.env.MODE === "shots") && scenario !== null) {
    if (asked.has("longer")) {
      const [{ longer }, { setLanguage }, { en }] = await Promise.all([
        import("./lib/words/longer"),
        import("./lib/words"),
        import("./lib/words/en"),
      ]);
      setLanguage("en", longer(en));
    }
    const { FakeBackend } = await import("./lib/fake/backend");
    return new FakeBackend(scenario);
  }
  const { TauriBackend } = await import("./lib/tauri");
  return new TauriBackend();
}

mount(Root, { target: document.body, props: { backend: await backend() } });
