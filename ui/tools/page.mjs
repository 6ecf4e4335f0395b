// What is done on the page: opening a state, pressing, typing, looking for what is cut off. Not here: which states
// (`shots.json`).

const CODES = { F1: 112, F6: 117, F9: 120, Enter: 13, Escape: 27, Tab: 9, " ": 32 };
const sleep = (ms) => new Promise((go) => setTimeout(go, ms));

/** In the page: what a key of the catalogue says in the page's language, with its values, which may be
 * keys too; any other name as it is. */
function inWords(what) {
  const say = (word, values) => globalThis.tendonWords?.(word, values) ?? word;
  if (typeof what === "string") return say(what);
  const { word, ...values } = what;
  return say(word, Object.fromEntries(Object.entries(values).map(([name, value]) => [name, say(value)])));
}

/** In the page: the middle of what bears this name, as a person reads it or a screen reader says it; or of a selector's. */
function whereIs(name, selector) {
  const wanted = name.toLowerCase();
  const by = (element) => document.getElementById(element.getAttribute("aria-labelledby") ?? "")?.textContent;
  const named = (element) =>
    [element.getAttribute("aria-label"), by(element), element.textContent, element.getAttribute("title")].map((text) =>
      (text ?? "").trim().replace(/\s+/g, " ").toLowerCase(),
    );
  const all = [...document.querySelectorAll("button, a, [role=radio], [role=menuitem], [role=option], [role=switch], [role=slider], input")];
  const found = selector
    ? document.querySelector(selector)
    : (all.find((element) => named(element).includes(wanted)) ??
      all.find((element) => named(element).some((text) => text.startsWith(wanted))) ??
      all.find((element) => element.labels?.length && element.labels[0].textContent.trim().toLowerCase().startsWith(wanted)));
  if (!found) return null;
  found.scrollIntoView({ block: "nearest" });
  const { x, y, width, height } = found.getBoundingClientRect();
  return { x: x + width / 2, y: y + height / 2 };
}

/** In the page: whether what comes late is there: fonts, pictures of open cameras. */
function settled() {
  const voids = document.querySelectorAll('[data-test="camera"][data-value="streaming"] .void').length;
  const arm = document.querySelector('[data-test="arm-canvas"]');
  return document.fonts.status === "loaded" && voids === 0 && (!arm || arm.width > 300) && document.querySelector("main *") !== null;
}

/** In the page: texts that an edge cuts off, and what stands beyond the window. */
function cutOff() {
  const found = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const text = node.textContent.trim();
    const own = node.parentElement;
    if (text === "" || own.closest(".vh, [aria-hidden=true] .vh, style, script, .toasts, option") || !own.checkVisibility()) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const box = range.getBoundingClientRect();
    if (box.width === 0) continue;
    for (let outer = own; outer; outer = outer.parentElement) {
      const style = getComputedStyle(outer);
      const edge = outer.getBoundingClientRect();
      const across = box.right > edge.right + 1 || box.left < edge.left - 1;
      const down = box.bottom > edge.bottom + 2 || box.top < edge.top - 2;
      if (style.textOverflow === "ellipsis" && across) {
        found.add(`shortened: ${text.slice(0, 60)}`);
        break;
      }
      if ((across && ["hidden", "clip"].includes(style.overflowX)) || (down && ["hidden", "clip"].includes(style.overflowY))) {
        // Some things drop out whole, below the edge of what holds them.
        if (!["figures", "drops", "tags", "bus", "stop-keys"].some((name) => outer.classList.contains(name))) found.add(`cut off: ${text.slice(0, 60)} (in ${outer.className || outer.tagName})`);
        break;
      }
      if (["auto", "scroll"].includes(style.overflowY) && down) break;
    }
  }
  return [...found];
}

export class Page {
  errors = [];

  constructor(send) {
    this.send = send;
  }

  static async open(chromium) {
    const send = await chromium.page();
    const page = new Page(send);
    chromium.onEvent(({ method, params }) => {
      if (method === "Runtime.exceptionThrown") {
        const { exception, text } = params.exceptionDetails;
        page.errors.push(exception?.description ?? text);
      }
      if (method === "Runtime.consoleAPICalled" && ["error", "warning"].includes(params.type)) {
        page.errors.push(params.args.map((one) => one.value ?? one.description).join(" "));
      }
    });
    await send("Page.enable");
    await send("Runtime.enable");
    await send("Emulation.setFocusEmulationEnabled", { enabled: true });
    return page;
  }

  async run(code) {
    const { result, exceptionDetails } = await this.send("Runtime.evaluate", {
      expression: code,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  async look(theme, size) {
    const [width, height] = size.split("x").map(Number);
    await this.send("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: 1, mobile: false });
    await this.send("Emulation.setEmulatedMedia", {
      features: [
        { name: "prefers-color-scheme", value: theme },
        { name: "prefers-reduced-motion", value: "reduce" },
      ],
    });
  }

  async settle(more) {
    for (let tries = 0; tries < 40 && !(await this.run(`(${settled})()`)); tries++) await sleep(150);
    await sleep(more);
  }

  async go(url, wait) {
    this.errors.length = 0;
    await this.send("Page.navigate", { url });
    await sleep(300);
    await this.settle(wait);
  }

  /** Until something is there: pretended time runs slower than the clock on a busy computer. */
  async until(selector) {
    for (let tries = 0; tries < 400; tries++) {
      if (await this.run(`document.querySelector(${JSON.stringify(selector)}) !== null`)) return;
      await sleep(200);
    }
    throw new Error(`“${selector}” did not come.`);
  }

  async act(step) {
    if (step.until) await this.until(step.until);
    if (step.wait) await sleep(step.wait);
    if (step.click) {
      const selector = step.click.css;
      const name = selector ?? (await this.run(`(${inWords})(${JSON.stringify(step.click)})`));
      const at = await this.run(`(${whereIs})(${JSON.stringify(name)}, ${JSON.stringify(selector)})`);
      if (!at) throw new Error(`There is no “${name}” to click.`);
      for (const type of ["mouseMoved", "mousePressed", "mouseReleased"]) {
        await this.send("Input.dispatchMouseEvent", { type, ...at, button: "left", clickCount: 1 });
      }
      await this.send("Input.dispatchMouseEvent", { type: "mouseMoved", x: 2, y: 2 });
    }
    if (step.type !== undefined) await this.send("Input.insertText", { text: step.type });
    for (const chord of [step.press ?? []].flat()) await this.key(chord, ["rawKeyDown", "keyUp"]);
    for (const code of [step.hold ?? []].flat()) await this.key(code, ["rawKeyDown"]);
    for (const code of [step.let ?? []].flat()) await this.key(code, ["keyUp"]);
    await sleep(250);
  }

  async key(chord, types) {
    const parts = chord.split("+");
    const name = parts.pop();
    const modifiers = (parts.includes("Alt") ? 1 : 0) + (parts.includes("Ctrl") ? 2 : 0) + (parts.includes("Shift") ? 8 : 0);
    const letter = /^Key[A-Z]$/.test(name) ? name.slice(3) : /^[A-Z]$/.test(name) ? name : null;
    const key = letter ? letter.toLowerCase() : name;
    const code = letter ? `Key${letter}` : name === " " ? "Space" : name;
    const windowsVirtualKeyCode = letter ? letter.charCodeAt(0) : (CODES[name] ?? 0);
    for (const type of types) await this.send("Input.dispatchKeyEvent", { type, key, code, modifiers, windowsVirtualKeyCode });
  }

  async picture() {
    const { data } = await this.send("Page.captureScreenshot", { format: "png" });
    return Buffer.from(data, "base64");
  }

  cutOff() {
    return this.run(`(${cutOff})()`);
  }

  /** What axe-core finds against WCAG 2.2 AA. */
  async axe(source) {
    if (!(await this.run("typeof axe === 'object'"))) await this.run(source);
    const found = await this.run(
      `axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], resultTypes: ["violations"] })
        .then(({ violations }) => violations.flatMap(({ id, help, nodes }) => nodes.map(({ target, failureSummary }) =>
          ({ id, help, where: target.join(" "), why: failureSummary }))))`,
    );
    return found;
  }
}
