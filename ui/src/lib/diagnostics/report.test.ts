import { beforeEach, describe, expect, it } from "vitest";
import type { Ask, BundleFile } from "../protocol";
import { checkName, checksText, grouped } from "./checks";
import { type Asked, ReportView } from "./report.svelte";

const file = (name: string, lines: number): BundleFile => ({ name, holds: "log", bytes: lines * 10, lines });
let asked: Ask[];
let answers: Partial<Record<Ask["do"], (ask: never) => Asked>>;
const view = () =>
  new ReportView(async (ask) => {
    asked.push(ask);
    const answer = answers[ask.do] as ((ask: Ask) => Asked) | undefined;
    return answer?.(ask) ?? { ok: false, failure: { code: "bad_request", message: "unknown", remedy: "" } };
  });

beforeEach(() => {
  asked = [];
  answers = {
    prepare_bundle: () => ({
      ok: true,
      answer: { is: "bundle", what: { files: [file("about.txt", 3), file("log.txt", 95)], taken_out: [["user", 2]], path: "/x.zip" } },
    }),
    // Ten lines a page.
    read_bundle: ({ with: { name, from } }: Extract<Ask, { do: "read_bundle" }>) => {
      const lines = name === "log.txt" ? 95 : 3;
      const text = Array.from({ length: Math.min(10, lines - from) }, (_, at) => `${name} ${from + at}\n`).join("");
      return { ok: true, answer: { is: "bundle_text", what: { text, next: from + 10 < lines ? from + 10 : null } } };
    },
    save_bundle: () => ({ ok: true, answer: { is: "saved", what: { path: "/x.zip", bytes: 99 } } }),
  };
});

describe("a report", () => {
  it("is gathered and its first file shown, and nothing is saved by that", async () => {
    const it = view();
    await it.prepare();
    expect([it.chosen, it.pages.map((page) => page.text).join("")]).toEqual(["about.txt", "about.txt 0\nabout.txt 1\nabout.txt 2\n"]);
    expect(it.next).toBeNull();
    expect(asked.map((ask) => ask.do)).toEqual(["prepare_bundle", "read_bundle"]);
  });

  it("shows a file to its last line, some at a time or all at once", async () => {
    const it = view();
    await it.prepare();
    await it.choose("log.txt");
    expect(it.next).toBe(10);
    await it.more();
    expect(it.next).toBe(50);
    await it.all();
    expect(it.next).toBeNull();
    const lines = it.pages.map((page) => page.text).join("").trimEnd().split("\n");
    expect(lines).toEqual(Array.from({ length: 95 }, (_, at) => `log.txt ${at}`));
  });

  it("shows the file that was chosen last, whatever comes late", async () => {
    const it = view();
    await it.prepare();
    const late = it.choose("log.txt");
    await it.choose("about.txt");
    await late;
    expect(it.pages.map((page) => page.text).join("")).toMatch(/^about/);
    expect(it.reading).toBe(false);
  });

  it("is saved when a person says so, and anew after it was gathered anew", async () => {
    const it = view();
    await it.save();
    expect(asked).toEqual([]);
    await it.prepare();
    await it.save();
    expect(it.saved).toEqual({ path: "/x.zip", bytes: 99 });
    await it.prepare();
    expect(it.saved).toBeNull();
  });

  it("says why it was not saved and can be saved again", async () => {
    const it = view();
    await it.prepare();
    const save = answers.save_bundle;
    delete answers.save_bundle;
    await it.save();
    expect([it.failure?.message, it.saved]).toEqual(["unknown", null]);
    answers.save_bundle = save;
    await it.save();
    expect([it.failure, it.saved?.path]).toEqual([null, "/x.zip"]);
  });

  it("ends at a page that does not go on", async () => {
    answers.read_bundle = () => ({ ok: true, answer: { is: "bundle_text", what: { text: "x", next: 0 } } });
    const it = view();
    await it.prepare();
    await it.all();
    expect(it.next).toBeNull();
  });
});

describe("checks", () => {
  const line = (name: string, grade: "fine" | "notice" | "refused", remedy = "") => ({ name, grade, found: `${name}\nfound`, remedy });

  it("stand by what needs a hand first; a grade that nothing has is left out", () => {
    const groups = grouped([line("a", "fine"), line("b", "refused"), line("c", "fine")]);
    expect(groups.map(({ grade, lines }) => [grade, lines.map(({ name }) => name).join("")])).toEqual([["refused", "b"], ["fine", "ac"]]);
  });

  it("have names in the page's language, and their own where none is known", () => {
    expect([checkName({ name: "real time" }), checkName({ name: "gyroscope" })]).toEqual(["Real time", "gyroscope"]);
  });

  it("are a text for others", () => {
    const text = checksText([line("disk", "notice", "Make room."), line("log", "fine")], 0);
    expect(text).toBe("Tendon, 1970-01-01T00:00:00.000Z\nwarn  Disk: disk | found\n      Make room.\nok    Log: log | found\n");
  });
});
