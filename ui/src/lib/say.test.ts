import { expect, it } from "vitest";
import type { Deck } from "./protocol";
import { newsOf } from "./say";

const deck = (torque: Deck["torque"], session: Deck["session"], trouble: Deck["trouble"] = null) => ({ torque, session, trouble });
const trouble: Deck["trouble"] = { number: 7, level: "fault", message: "The gripper is hot.", remedy: "Open it.", command: "" };

it("a stop is said though there is a trouble, before it", () => {
  const { urgent } = newsOf(deck("on", "driving"), deck("on", "stopped", trouble));
  expect(urgent).toEqual(["Stopped.", "The gripper is hot. Open it."]);
});

it("unknown torque and a fault are both said", () => {
  const { urgent } = newsOf(deck("on", "driving"), deck("unknown", "faulted"));
  expect(urgent).toEqual(["Faulted.", "Torque unknown. Treat it as on."]);
});

it("other words wait, and are not dropped by a trouble", () => {
  const { urgent, polite } = newsOf(deck("off", "ready"), deck("on", "driving", trouble));
  expect([urgent, polite]).toEqual([["The gripper is hot. Open it."], ["Torque On.", "Driving."]]);
});

it("a trouble is said once, also by the first word", () => {
  const now = deck("on", "driving", trouble);
  expect(newsOf(null, now)).toEqual({ urgent: ["The gripper is hot. Open it."], polite: [] });
  expect(newsOf(now, now)).toEqual({ urgent: [], polite: [] });
});
