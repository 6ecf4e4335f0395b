// The pretended workbench behind the page's door.

import type { Backend } from "../backend";
import { type Answer, type Failure, type Reply, type Request, type Tell, VERSION } from "../protocol";
import { calibrateHandlers, moveCalibration } from "./calibrate";
import { cameraHandlers } from "./cameras";
import { diagnosticsHandlers } from "./diagnostics";
import { driveHandlers, moveDrive } from "./drive";
import { homeHandlers } from "./home";
import { curvesOf, leftPictureOf, pictureOf } from "./raw";
import { moveRecord, recordHandlers } from "./record";
import { moveRecovery, recoveryHandlers } from "./recovery";
import { scenarios } from "./scenarios";
import { settingsHandlers } from "./settings";
import { moveSetup, setupHandlers } from "./setup";
import { TICK_MS, World } from "./world";

const isFailure = (value: Answer | Failure): value is Failure => "message" in value;

export class FakeBackend implements Backend {
  readonly world = new World();
  /** Every set of keys that came. */
  sent: { held: string[]; on: boolean }[] = [];
  /** Every picture of what was left that was asked for. */
  stills: { key: string; camera: string; share: number }[] = [];
  /** Every request that came. */
  asked: Request[] = [];
  /** For tests: what becomes of a reply on its way. A promise that never ends is a lost one. */
  intercept: (request: Request, reply: Reply) => unknown = (_, reply) => reply;
  seq = 0;

  #hear = new Set<(event: unknown) => void>();
  #lost: () => void = () => {};
  #closing = new Set<(why: string) => void>();
  #clock: ReturnType<typeof setInterval> | undefined;

  constructor(scenario = "empty") {
    Object.assign(
      this.world.handlers,
      homeHandlers,
      driveHandlers,
      recordHandlers,
      calibrateHandlers,
      setupHandlers,
      cameraHandlers,
      settingsHandlers,
      diagnosticsHandlers,
      recoveryHandlers,
    );
    this.world.movers.push(moveDrive, moveRecord, moveCalibration, moveSetup, moveRecovery);
    (scenarios[scenario] ?? scenarios.empty)?.(this.world);
    this.world.onTell((tell) => this.tell(tell));
  }

  async request(request: Request): Promise<unknown> {
    this.asked.push(structuredClone(request));
    if (this.world.silent) throw new Error("silent");
    return this.intercept(request, { v: VERSION, id: request.id, outcome: this.#answer(request) });
  }

  async keys(held: string[], on: boolean): Promise<void> {
    this.sent.push({ held: [...held], on });
    this.world.held = new Set(held);
    this.world.keysOn = on;
  }

  async stop(): Promise<void> {
    this.world.stops++;
    this.world.handlers.hold?.(this.world, undefined);
    const { deck } = this.world.topics;
    if (deck.torque === "none") return;
    this.world.set("deck", {
      ...deck,
      session: "stopped",
      can_resume: true,
      can_release: true,
      trouble: null,
    });
  }

  async picture(camera: string, after: number): Promise<ArrayBuffer> {
    return pictureOf(this.world, camera, after);
  }

  async curves(after: number): Promise<ArrayBuffer> {
    return curvesOf(this.world, after);
  }

  async leftPicture(key: string, camera: string, share: number): Promise<ArrayBuffer> {
    this.stills.push({ key, camera, share });
    return leftPictureOf(this.world, key, camera, share);
  }

  async listen(hear: (event: unknown) => void, lost: () => void = () => {}): Promise<() => void> {
    this.#hear.add(hear);
    this.#lost = lost;
    this.#clock ??= setInterval(() => this.world.tick(TICK_MS / 1000), TICK_MS);
    return () => {
      this.#hear.delete(hear);
      if (this.#hear.size > 0) return;
      clearInterval(this.#clock);
      this.#clock = undefined;
    };
  }

  async onClosing(hear: (why: string) => void): Promise<() => void> {
    this.#closing.add(hear);
    return () => this.#closing.delete(hear);
  }

  async lives(): Promise<void> {}

  /** Somebody wants to close the window. */
  wishToClose(why: string): void {
    for (const hear of this.#closing) hear(why);
  }

  tell(tell: Tell): void {
    if (this.world.loses) this.seq++;
    this.world.loses = false;
    this.raw({ v: VERSION, seq: ++this.seq, tell: structuredClone(tell) });
  }

  /** Any event at all, well-formed or not. */
  raw(event: unknown): void {
    for (const hear of this.#hear) hear(event);
  }

  /** For tests: an event that was told of could not be had. */
  lose(): void {
    this.#lost();
  }

  #answer(request: Request): Reply["outcome"] {
    const { ask } = request;
    if (ask.do === "hello") {
      const topics = Object.entries(this.world.topics).map(([topic, value]) => ({ topic, value }) as Tell);
      return { done: { is: "welcome", what: { seq: this.seq, topics: structuredClone(topics) } } };
    }
    const handler = this.world.handlers[ask.do] as ((world: World, asked: unknown) => Answer | Failure | undefined) | undefined;
    if (!handler) {
      return { failed: { code: "not_while", message: "This bench does not know that.", remedy: "Choose another scenario." } };
    }
    const answer = handler(this.world, "with" in ask ? ask.with : undefined) ?? { is: "done" };
    return isFailure(answer) ? { failed: answer } : { done: answer };
  }
}
