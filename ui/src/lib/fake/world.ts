// A pretended workbench: the topics as the core would tell them, and a clock that moves them. No hardware, no files.
// Only for tests and for looking at screens; a built page does not hold it.

import type { Ask, Answer, Failure, Tell } from "../protocol";
import type { FakeArm } from "./arm";
import * as things from "./things";

type Topic = Exclude<Tell["topic"], "notice">;
type ValueOf<T extends Tell["topic"]> = Extract<Tell, { topic: T }>["value"];
export type TopicValues = { [T in Topic]: ValueOf<T> };

/** What an `Ask` carries, by its name. */
export type With<D extends Ask["do"]> = Extract<Ask, { do: D }> extends { with: infer W } ? W : undefined;
export type Handler<D extends Ask["do"]> = (world: World, asked: With<D>) => Answer | Failure | undefined;
export type Handlers = { [D in Ask["do"]]?: Handler<D> };

/** The loop's state is told at most 20 times a second. */
export const TICK_MS = 50;

export class World {
  topics: TopicValues = things.emptyTopics();
  /** The arms that are open, by key. */
  arms = new Map<string, FakeArm>();
  held = new Set<string>();
  keysOn = false;
  /** Seconds since the beginning of this world. */
  now = 0;
  handlers: Handlers = {};
  /** Called every tick, in this order. */
  movers: ((world: World, seconds: number) => void)[] = [];
  /** Keys by code, poses and the like, that handlers share. */
  poses = new Map<string, number[]>();
  stops = 0;
  /** The desk answers nobody any more. */
  silent = false;
  /** The next event is lost on its way. */
  loses = false;

  #hear: ((tell: Tell) => void)[] = [];
  #notices = 0;

  onTell(hear: (tell: Tell) => void): () => void {
    this.#hear.push(hear);
    return () => (this.#hear = this.#hear.filter((one) => one !== hear));
  }

  set<T extends Topic>(topic: T, value: TopicValues[T]): void {
    this.topics[topic] = value;
    this.#tell({ topic, value } as unknown as Tell);
  }

  /** Some fields of a topic that is there. */
  patch<T extends Topic>(topic: T, fields: Partial<NonNullable<TopicValues[T]>>): void {
    const now = this.topics[topic];
    if (now !== null) this.set(topic, { ...now, ...fields } as TopicValues[T]);
  }

  notice(level: "note" | "warning" | "fault", message: string, remedy = "", command = ""): void {
    this.#tell({ topic: "notice", value: { number: this.nextNotice(), level, message, remedy, command } });
  }

  nextNotice(): number {
    return ++this.#notices;
  }

  tick(seconds: number): void {
    this.now += seconds;
    for (const move of this.movers) move(this, seconds);
  }

  #tell(tell: Tell): void {
    for (const hear of this.#hear) hear(tell);
  }
}
