import "./lib/language";
import { mount } from "svelte";
import "./tokens.css";
import "./base.css";
import Root from "./Root.svelte";
import type { Backend } from "./lib/backend";
import { type Catalogue, t } from "./lib/words";
import { PageLanguage } from "./lib/words/language";

const asked = new URLSearchParams(location.search);
/** Only while developing and for photographs: the page that the program carries has one door. */
const pretends = (import.meta.env.DEV || import.meta.env.MODE === "shots") && asked.has("fake");

async function backend(): Promise<Backend> {
  if (pretends) {
    const { FakeBackend } = await import("./lib/fake/backend");
    return new FakeBackend(asked.get("fake") ?? "");
  }
  const { TauriBackend } = await import("./lib/tauri");
  return new TauriBackend();
}

/** How words are dressed up for looking at screens. */
async function dress(): Promise<((words: Catalogue) => Catalogue) | undefined> {
  if (!pretends) return undefined;
  // What is pressed for a photograph is named by its key, in every language.
  Object.assign(globalThis, { tendonWords: t });
  return asked.has("longer") ? (await import("./lib/words/longer")).longer : undefined;
}

const language = new PageLanguage(window, await dress());
await language.start();
mount(Root, { target: document.body, props: { backend: await backend(), language } });
