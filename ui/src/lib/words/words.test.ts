import { IntlMessageFormat } from "intl-messageformat";
import { describe, expect, it } from "vitest";
import { en } from "./en";
import { named, t } from ".";

describe("the catalogue", () => {
  it.each(Object.entries(en))("%s is well-formed", (_, message) => {
    expect(() => new IntlMessageFormat(message, "en")).not.toThrow();
    expect(message.trim()).toBe(message === "–" ? "–" : message.startsWith(",") ? message : message.trim());
  });

  it("uses no exclamation marks, no please, no error, no straight quotes", () => {
    for (const [key, message] of Object.entries(en)) {
      expect(message, key).not.toMatch(/!|\bplease\b|^error\b|are you sure|"/i);
    }
  });

  it("chooses plurals and names values", () => {
    expect(t("keys.held", { count: 2 })).toBe("2 held");
    expect(t("home.ready.cameras", { count: 1, names: "front" })).toBe("One camera is ready: front.");
    expect(t("home.ready.cameras", { count: 0, names: "" })).toBe("No camera is set up.");
  });

  it("finds words of the protocol, and shows an unknown one as it is", () => {
    expect(named("session", "driving")).toBe("Driving");
    expect(named("session", "dancing")).toBe("dancing");
  });
});
