import { afterEach, expect, it } from "vitest";
import { watchFocus } from "./regions";

let end: () => void = () => {};
afterEach(() => end());

async function gone(html: string, id: string, remove = id): Promise<string> {
  document.body.innerHTML = html;
  end = watchFocus(document);
  document.getElementById(id)?.focus();
  document.getElementById(remove)?.remove();
  await Promise.resolve();
  return document.activeElement?.id ?? "";
}

const PAGE = `<main tabindex="-1" id="main"><section data-region id="one"><button id="a"></button><button id="b"></button></section>
  <section data-region id="two"><button id="c"></button></section></main>`;

it("a control that goes hands the focus on within its region", async () => expect(await gone(PAGE, "a")).toBe("b"));
it("a region that goes hands it to the screen", async () => expect(await gone(PAGE, "c", "two")).toBe("main"));
it("what goes elsewhere takes no focus", async () => expect(await gone(PAGE, "a", "c")).toBe("a"));
