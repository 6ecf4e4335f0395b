// A Chromium without a window, spoken to over its DevTools pipe (file descriptors 3 and 4, messages ended by a zero): no
// port, no packages. Not here: what is asked of the page (`page.mjs`).

import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const NAMES = [
  "chromium",
  "chromium-browser",
  "google-chrome-stable",
  "google-chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** The first Chromium that starts; `CHROMIUM` names another. */
export function findChromium() {
  const wanted = process.env.CHROMIUM ? [process.env.CHROMIUM] : NAMES;
  const found = wanted.find((name) => spawnSync(name, ["--version"], { stdio: "ignore" }).status === 0);
  if (found) return found;
  throw new Error(
    `No Chromium was found (${wanted.join(", ")}). Install one, or name it: CHROMIUM=/path/to/chromium make screenshots`,
  );
}

/** System fonts differ from one computer to the next; photographs are made with one family where it is installed. */
function fontFile(folder, family) {
  const file = join(folder, "fonts.conf");
  const alias = (name) =>
    `<match target="pattern"><test name="family"><string>${name}</string></test>` +
    `<edit name="family" mode="prepend" binding="strong"><string>${family}</string></edit></match>`;
  writeFileSync(
    file,
    `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>` +
      `<include ignore_missing="yes">/etc/fonts/fonts.conf</include>${alias("system-ui")}${alias("sans-serif")}</fontconfig>`,
  );
  return file;
}

export class Chromium {
  #next = 1;
  #waiting = new Map();
  #hear = new Set();
  #rest = "";

  constructor(binary, family) {
    this.folder = mkdtempSync(join(tmpdir(), "tendon-shots-"));
    const flags = [
      "--headless=new",
      "--remote-debugging-pipe",
      `--user-data-dir=${this.folder}`,
      "--hide-scrollbars",
      "--no-first-run",
      "--disable-extensions",
      "--force-color-profile=srgb",
      "--enable-unsafe-swiftshader",
      "--use-gl=angle",
      "--use-angle=swiftshader",
      // The superuser of a container has no sandbox to go into.
      ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
      "about:blank",
    ];
    const env = { ...process.env, FONTCONFIG_FILE: fontFile(this.folder, family) };
    this.process = spawn(binary, flags, { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"], env });
    this.process.on("exit", () => {
      for (const { fail } of this.#waiting.values()) fail(new Error("Chromium ended"));
      this.#waiting.clear();
    });
    const [, , , to, from] = this.process.stdio;
    this.to = to;
    from.setEncoding("utf8");
    from.on("data", (text) => this.#take(text));
  }

  #take(text) {
    const parts = (this.#rest + text).split("\0");
    this.#rest = parts.pop() ?? "";
    for (const part of parts) {
      const message = JSON.parse(part);
      if (message.id === undefined) {
        for (const hear of this.#hear) hear(message);
        continue;
      }
      const waiting = this.#waiting.get(message.id);
      this.#waiting.delete(message.id);
      if (message.error) waiting?.fail(new Error(`${waiting.method}: ${message.error.message}`));
      else waiting?.go(message.result);
    }
  }

  onEvent(hear) {
    this.#hear.add(hear);
  }

  send(method, params = {}, sessionId = undefined) {
    return new Promise((go, fail) => {
      const id = this.#next++;
      this.#waiting.set(id, { go, fail, method });
      this.to.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    });
  }

  /** A page, as what sends to it. */
  async page() {
    const { targetId } = await this.send("Target.createTarget", { url: "about:blank" });
    const { sessionId } = await this.send("Target.attachToTarget", { targetId, flatten: true });
    return (method, params) => this.send(method, params, sessionId);
  }

  async close() {
    const ended = new Promise((go) => this.process.once("exit", go));
    await this.send("Browser.close").catch(() => {});
    await Promise.race([ended, new Promise((go) => setTimeout(go, 5000))]);
    this.process.kill();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
