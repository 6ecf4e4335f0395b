import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { SessionWord, TorqueWord } from "./protocol";
import { StopKeys } from "./stopkeys";

let torque: TorqueWord;
let session: SessionWord;
let also: string;
let stops: number;
let clicks: number;
let heard: string[];
let keys: StopKeys;
let detach: () => void;
let button: HTMLButtonElement;
let field: HTMLInputElement;
let slider: HTMLInputElement;

const down = (code: string, target: Element = document.body, more: KeyboardEventInit = {}) => {
  const key = code === "Space" ? " " : code;
  const event = new KeyboardEvent("keydown", { code, key, bubbles: true, cancelable: true, ...more });
  target.dispatchEvent(event);
  return event;
};
const up = (code: string, target: Element = document.body) => {
  const event = new KeyboardEvent("keyup", { code, key: code === "Space" ? " " : code, bubbles: true, cancelable: true });
  target.dispatchEvent(event);
  return event;
};

beforeEach(() => {
  torque = "on";
  session = "driving";
  also = "";
  stops = clicks = 0;
  heard = [];
  keys = new StopKeys({ torque: () => torque, session: () => session, also: () => also, stop: () => stops++ });
  keys.session(session);
  detach = keys.attach(window);
  document.body.innerHTML = "<button>b</button><input><input type=range>";
  button = document.querySelector("button") as HTMLButtonElement;
  [field, slider] = [...document.querySelectorAll("input")] as [HTMLInputElement, HTMLInputElement];
  button.addEventListener("click", () => clicks++);
  document.addEventListener("keydown", listen);
  document.addEventListener("keyup", listen);
});
const listen = (event: KeyboardEvent) => void heard.push(`${event.type} ${event.code}`);
afterEach(() => {
  detach();
  document.removeEventListener("keydown", listen);
  document.removeEventListener("keyup", listen);
  vi.restoreAllMocks();
});

describe.each<TorqueWord>(["on", "unknown"])("while torque is %s", (word) => {
  beforeEach(() => (torque = word));

  it("Space stops, clicks nothing and is heard by nobody else, down or up", () => {
    expect(down("Space", button).defaultPrevented).toBe(true);
    expect(up("Space", button).defaultPrevented).toBe(true);
    expect(stops).toBe(1);
    expect(clicks).toBe(0);
    expect(heard).toEqual([]);
  });

  it("Space that is held stops once and goes on doing nothing else", () => {
    down("Space", button);
    expect(down("Space", button, { repeat: true }).defaultPrevented).toBe(true);
    expect(stops).toBe(1);
  });

  it("Space on a slider or under Shift stops too", () => {
    down("Space", slider);
    down("Space", document.body, { shiftKey: true });
    expect(stops).toBe(2);
  });

  it("Space types in a text field", () => {
    expect(down("Space", field).defaultPrevented).toBe(false);
    expect(up("Space", field).defaultPrevented).toBe(false);
    expect(stops).toBe(0);
  });

  it("Esc stops in a text field too", () => {
    expect(down("Escape", field).defaultPrevented).toBe(true);
    expect(stops).toBe(1);
  });

  it("the first Esc stops and closes nothing, the second closes", () => {
    down("Escape");
    expect(heard).toEqual([]);
    session = "stopped";
    keys.session(session);
    expect(down("Escape").defaultPrevented).toBe(false);
    expect(heard).toEqual(["keydown Escape"]);
    expect(stops).toBe(2);
  });

  it("Esc that is held closes nothing", () => {
    down("Escape");
    down("Escape", document.body, { repeat: true });
    expect(heard).toEqual([]);
    expect(stops).toBe(1);
  });

  it("after the arm moves again the first Esc stops again", () => {
    down("Escape");
    keys.session("stopped");
    keys.session("driving");
    heard = [];
    down("Escape");
    expect(heard).toEqual([]);
    expect(stops).toBe(2);
  });

  it("a further key stops as Space does, once however long it is held", () => {
    also = "F13";
    expect(down("F13", button).defaultPrevented).toBe(true);
    down("F13", button, { repeat: true });
    expect(stops).toBe(1);
    expect(heard).toEqual([]);
    down("F13", field);
    expect(stops).toBe(2);
  });

  it("a further key that types goes on typing in a text field, and a key without a name never stops", () => {
    also = "KeyX";
    expect(down("KeyX", field).defaultPrevented).toBe(false);
    expect(stops).toBe(0);
    down("KeyX");
    expect(stops).toBe(1);
    also = "";
    down("");
    expect(stops).toBe(1);
  });

  it("Enter goes on clicking", () => {
    expect(down("Enter", button).defaultPrevented).toBe(false);
    expect(stops).toBe(0);
  });
});

describe.each<TorqueWord>(["off", "none"])("while torque is %s", (word) => {
  beforeEach(() => (torque = word));

  it("Space and Esc keep their usual meaning", () => {
    expect(down("Space", button).defaultPrevented).toBe(false);
    expect(up("Space", button).defaultPrevented).toBe(false);
    expect(down("Escape").defaultPrevented).toBe(false);
    expect(stops).toBe(0);
    expect(heard).toEqual(["keydown Space", "keyup Space", "keydown Escape"]);
  });

  it("a further stop key is a key like any other", () => {
    also = "F13";
    expect(down("F13").defaultPrevented).toBe(false);
    expect(stops).toBe(0);
  });
});

it("a Space that went down to stop does not click when torque went off meanwhile", () => {
  down("Space", button);
  torque = "off";
  expect(up("Space", button).defaultPrevented).toBe(true);
  expect(clicks).toBe(0);
});

it("hears nothing once it is detached", () => {
  detach();
  down("Space");
  expect(stops).toBe(0);
});
