// Diagnostics and Recovery as a person meets them, on the pretended bench.

import { afterEach, describe, expect, it } from "vitest";
import { logged } from "../lib/fake/diagnostics";
import type { LogEntry } from "../lib/protocol";
import { setLanguage } from "../lib/words";
import { de } from "../lib/words/de";
import { en } from "../lib/words/en";
import { asks, button, open, press, settle, type, withPages } from "./testing";

withPages();
afterEach(() => setLanguage("en", en));

const marked = (mark: string) => document.querySelector<HTMLElement>(`[data-test=${mark}]`);
const rows = () => [...document.querySelectorAll<HTMLElement>("[data-test=log-row]")];
const go = (hash: string) => {
  location.hash = hash;
  window.dispatchEvent(new HashChangeEvent("hashchange"));
};
const mode = (name: string) =>
  [...document.querySelectorAll<HTMLElement>("[role=radio]")].find((one) => one.textContent?.trim() === name)?.click();
const entry = (more: Partial<LogEntry>): LogEntry => ({
  at_ms: 1_795_470_000_000,
  level: "info",
  target: "desk",
  thread: "",
  request: "",
  message: "new",
  ...more,
});

describe("Health", () => {
  // Eight charts are drawn anew with every second: much for a page without a screen.
  it("reads ten minutes at once, then a second at a time, and nothing once its screen is left", { timeout: 60_000 }, async () => {
    const backend = await open("driving", "#diagnostics");
    await settle(100);
    expect(asks(backend, "read_health").length).toBeGreaterThan(14);
    expect(marked("health-loop")?.textContent).toMatch(/1(19|20)\.\d/);
    expect(marked("health-bus")?.textContent).toMatch(/\d\.\d\d\s*ms/);
    const before = asks(backend, "read_health").length;
    await settle(3000);
    expect(asks(backend, "read_health").length - before).toBe(3);
    go("#home");
    await settle(5000);
    expect(asks(backend, "read_health").length - before).toBe(3);
  });

  it("says that no arm is open, and has a dash where nothing is measured", async () => {
    await open("ready", "#diagnostics");
    await settle(100);
    expect(marked("health-loop")?.textContent).toContain("–");
    expect(document.body.textContent).toContain("No arm was open in the last ten minutes");
  });

  it("has the same figures as a table, which holds still until it is updated", { timeout: 60_000 }, async () => {
    await open("driving", "#diagnostics");
    await settle(100);
    button(/^Table/).click();
    await settle();
    const count = () => document.querySelectorAll("main tbody tr").length;
    const newest = () => document.querySelector("main tbody th")?.textContent;
    expect(count()).toBe(600);
    const shown = newest();
    await settle(3000);
    expect(newest()).toBe(shown);
    button(/Update the table/).click();
    await settle();
    expect(newest()).not.toBe(shown);
  });
});

describe("Checks", () => {
  it("are run once by themselves, and again when somebody asks", async () => {
    const backend = await open("ready", "#diagnostics/checks");
    await settle(50);
    expect(asks(backend, "doctor")).toHaveLength(1);
    const groups = [...document.querySelectorAll("main h2")].map((heading) => heading.textContent?.trim());
    expect(groups).toEqual(["3 things to look at", "To be put right", "Worth knowing", "In order"]);
    mode("Log");
    await settle(50);
    mode("Checks");
    await settle(50);
    expect(asks(backend, "doctor")).toHaveLength(1);
    button(/Run again/).click();
    await settle(50);
    expect(asks(backend, "doctor")).toHaveLength(2);
  });

  it("are run again when the page speaks another language, since what was found is said in the old one", async () => {
    const backend = await open("ready", "#diagnostics/checks");
    await settle(50);
    setLanguage("de", de);
    await settle(50);
    expect(asks(backend, "doctor")).toHaveLength(2);
    await settle(5000);
    expect(asks(backend, "doctor")).toHaveLength(2);
  });

  it("that were still being made while the language changed are made once more", async () => {
    const backend = await open("ready", "#home");
    let answer: () => void = () => {};
    backend.intercept = (request, reply) =>
      request.ask.do === "doctor" ? new Promise((go) => (answer = () => go(reply))) : reply;
    go("#diagnostics/checks");
    await settle(50);
    setLanguage("de", de);
    await settle(50);
    expect(asks(backend, "doctor")).toHaveLength(1);
    answer();
    await settle(50);
    expect(asks(backend, "doctor")).toHaveLength(2);
    answer();
    await settle(5000);
    expect(asks(backend, "doctor")).toHaveLength(2);
  });
});

describe("Log", () => {
  it("keeps to the request of an entry when its request is pressed, by pointer or by key", async () => {
    const backend = await open("ready", "#diagnostics/log");
    await settle(50);
    const first = rows().find((row) => row.dataset.request !== "");
    const request = first?.dataset.request ?? "";
    button(new RegExp(`Only request ${request}$`)).click();
    await settle(50);
    expect(new Set(rows().map((row) => row.dataset.request))).toEqual(new Set([request]));
    button(/Show all/).click();
    await settle(50);
    expect(new Set(rows().map((row) => row.dataset.request)).size).toBeGreaterThan(1);

    rows()[0]?.focus();
    let at = 0;
    while (rows()[at]?.dataset.request === "") {
      press("ArrowDown");
      await settle();
      at++;
    }
    expect(document.activeElement).toBe(rows()[at]);
    const wanted = rows()[at]?.dataset.request;
    press("Enter");
    await settle(50);
    expect(asks(backend, "read_log").at(-1)).toMatchObject({ with: { request: wanted, before: null } });
  });

  it("is one tab stop, however many rows it has", async () => {
    await open("ready", "#diagnostics/log");
    await settle(50);
    expect(rows().length).toBeGreaterThan(20);
    expect(document.querySelectorAll("[role=grid] [tabindex='0']")).toHaveLength(1);
    expect(document.querySelectorAll("[role=grid] button:not([tabindex='-1'])")).toHaveLength(0);
  });

  it("brings new entries every two seconds while it is followed, and then no more", async () => {
    const backend = await open("ready", "#diagnostics/log");
    await settle(50);
    logged(backend.world, [entry({ message: "came first" })]);
    await settle(5000);
    expect(document.body.textContent).not.toContain("came first");
    marked("log");
    document.querySelector<HTMLElement>("[role=switch]")?.click();
    await settle(50);
    expect(rows()[0]?.textContent).toContain("came first");
    logged(backend.world, [entry({ at_ms: 1_795_470_001_000, message: "came second" })]);
    await settle(2000);
    expect(rows()[0]?.textContent).toContain("came second");
    document.querySelector<HTMLElement>("[role=switch]")?.click();
    const before = asks(backend, "read_log").length;
    await settle(6000);
    expect(asks(backend, "read_log")).toHaveLength(before);
  });

  it("says when nothing fits, and offers everything again", async () => {
    await open("ready", "#diagnostics/log");
    await settle(50);
    type(1, "no such words");
    await settle(500);
    expect(document.querySelector("main h3")?.textContent).toBe("No entry fits");
    button(/Show all/).click();
    await settle(50);
    expect(rows().length).toBeGreaterThan(20);
  });
});

describe("Report", () => {
  it("is shown before it is saved, and then says where it lies", async () => {
    const backend = await open("ready", "#diagnostics/report");
    await settle(50);
    expect(marked("bundle-text")?.textContent).toContain("User: <user>, home: <home>");
    expect(document.body.textContent).toContain("Nothing is sent");
    expect(document.body.textContent).toContain("61 times");
    expect(asks(backend, "save_bundle")).toHaveLength(0);
    button(/Save bundle/).click();
    await settle(50);
    expect(asks(backend, "save_bundle")).toHaveLength(1);
    expect(marked("bundle-path")?.textContent).toBe("/home/user/Downloads/tendon-report-2026-11-22.zip");
  });

  it("shows a long file to its end", async () => {
    await open("ready", "#diagnostics/report");
    await settle(50);
    document.querySelector<HTMLElement>("[data-name='log.txt']")?.click();
    await settle(50);
    expect(document.body.textContent).not.toContain("End of the file");
    button(/All lines/).click();
    await settle(500);
    expect(document.body.textContent).toContain("End of the file");
    expect(document.body.textContent).toContain("lines 1 to 900 of 900");
  });

  it("says why it could not be saved", async () => {
    await open("report_fails", "#diagnostics/report");
    await settle(50);
    button(/Save bundle/).click();
    await settle(50);
    expect(document.body.textContent).toContain("no space is left");
    expect(marked("bundle-path")).toBeNull();
  });
});

describe("Recovery", () => {
  const card = (kind: string) => document.querySelector<HTMLElement>(`[data-test=left][data-value=${kind}]`) as HTMLElement;

  it("is found from Home when something was left", async () => {
    await open("left_one", "#home");
    expect(marked("left-notice")?.textContent).toContain("11.2\u00a0s of “Stack the two cups on the plate” in stack_cups.");
    button(/^Look at it/).click();
    await settle(50);
    expect(location.hash).toBe("#recovery");
    await settle();
  });

  it("keeps an episode, says how far that is and what became of it", async () => {
    const backend = await open("left_one", "#recovery");
    button(/Keep it/).click();
    await settle(1500);
    expect(asks(backend, "recover")).toEqual([{ do: "recover", with: { key: "stack_cups/journal-24", keep: true } }]);
    expect(Number(document.querySelector("[role=progressbar]")?.getAttribute("aria-valuenow"))).toBeGreaterThan(10);
    await settle(5000);
    expect(marked("recovered")?.textContent).toContain("Episode 24 was kept in stack_cups.");
    expect(marked("recovery")?.dataset.value).toBe("empty");
  });

  it("throws one away at once and offers it again", async () => {
    const backend = await open("left_one", "#recovery");
    button(/Throw away/).click();
    await settle(100);
    expect(marked("recovery")?.dataset.value).toBe("empty");
    const list = marked("recovered") as HTMLElement;
    button(/Offer it again/, list).click();
    await settle(100);
    expect(asks(backend, "undo_discard")).toEqual([{ do: "undo_discard", with: { key: "stack_cups/journal-24" } }]);
    expect(marked("recovery")?.dataset.value).toBe("left");
  });

  it("takes it back by Ctrl+Z too", async () => {
    const backend = await open("left_one", "#recovery");
    button(/Throw away/).click();
    await settle(100);
    press("KeyZ", "z", { ctrlKey: true });
    await settle(100);
    expect(asks(backend, "undo_discard")).toHaveLength(1);
    expect(marked("recovery")?.dataset.value).toBe("left");
  });

  it("offers nothing for what cannot be kept, and says where it lies or who has it", async () => {
    await open("left", "#recovery");
    for (const kind of ["put_away", "in_use"]) expect(card(kind).textContent).not.toContain("Keep it");
    expect(card("put_away").textContent).toContain("/wipe_table/meta/tendon/attic/1795198000-0");
    expect(card("in_use").textContent).toContain("process 4711");
  });

  it("says that Tendon ended in mid-recording only while something can be kept", async () => {
    const backend = await open("left", "#recovery");
    const said = () => document.querySelector("[aria-labelledby=h-found]")?.textContent;
    expect(said()).toContain("ended in the middle of a recording");
    const { left } = backend.world.topics.recovery;
    backend.world.patch("recovery", { left: left.filter((one) => one.kind !== "episode") });
    await settle(50);
    expect(said()).toContain("Nothing is left to decide");
    expect(said()).toContain("Nothing here waits for a decision of yours");
    expect(said()).not.toContain("ended in the middle of a recording");
  });

  it("lists cameras as the language does", async () => {
    await open("left_one", "#recovery");
    expect(card("episode").querySelector("dl")?.textContent).toContain("front and wrist");
    setLanguage("de", de);
    await settle(50);
    expect(card("episode").querySelector("dl")?.textContent).toContain("front und wrist");
  });

  it("works on one at a time", async () => {
    await open("left_keeping", "#recovery");
    const keep = button(/Keep it/);
    expect(keep.getAttribute("aria-disabled")).toBe("true");
    expect(keep.textContent).toContain("Another episode is being worked on");
  });

  it("asks for each picture once, three of every camera", async () => {
    const backend = await open("left_one", "#recovery");
    await settle(200);
    expect(backend.stills.map(({ camera, share }) => `${camera} ${share.toFixed(2)}`)).toEqual([
      "front 0.17",
      "front 0.50",
      "front 0.83",
      "wrist 0.17",
      "wrist 0.50",
      "wrist 0.83",
    ]);
  });

  it("looks again when it is asked to, and shows why it could not", async () => {
    const backend = await open("left_trouble", "#recovery");
    expect(document.body.textContent).toContain("Free some space, then press Keep it again.");
    press("KeyR", "r", { ctrlKey: true });
    await settle(50);
    expect(asks(backend, "look_for_left")).toHaveLength(1);
    expect(document.body.textContent).not.toContain("Free some space");
  });
});
