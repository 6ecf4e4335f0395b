// Sounds: which one follows from what the core said, and how each is made. Never the only sign of anything.
//
// Whether they are on, and how loud, is a setting of the core. Not here: who listens (`frame/Sounds.svelte`).

import type { Deck, RecordState } from "./protocol";

export type Sound = "start" | "saved" | "discarded" | "tick" | "stop";

export interface Tone {
  hz: number;
  /** Seconds from the sound's beginning. */
  at: number;
  length: number;
  /** 0 to 1. */
  loud: number;
}

/** Every sound is over within 300 ms. */
export const TONES: Record<Sound, Tone[]> = {
  start: [{ hz: 988, at: 0, length: 0.16, loud: 0.5 }],
  saved: [
    { hz: 659, at: 0, length: 0.11, loud: 0.45 },
    { hz: 880, at: 0.12, length: 0.16, loud: 0.45 },
  ],
  discarded: [{ hz: 262, at: 0, length: 0.24, loud: 0.5 }],
  tick: [{ hz: 1319, at: 0, length: 0.04, loud: 0.25 }],
  stop: [0, 0.095, 0.19].map((at) => ({ hz: 196, at, length: 0.08, loud: 0.7 })),
};

type Heard = Pick<RecordState, "phase" | "saved" | "left_s" | "episodes" | "failure"> | null;
type HeardDeck = Pick<Deck, "session">;

const discarded = (state: Heard): number => state?.episodes.filter((card) => card.discarded).length ?? 0;
const counting = (state: Heard): boolean => state?.phase === "recording" || state?.phase === "resetting";

/** The sound that a change is worth; the gravest one when several things happen at once. */
export function soundFor(before: Heard, now: Heard, deckBefore: HeardDeck, deck: HeardDeck): Sound | null {
  const stopped = (word: HeardDeck) => word.session === "stopped" || word.session === "faulted";
  if (stopped(deck) && !stopped(deckBefore)) return "stop";
  // A page that has just been loaded heard nothing happen.
  if (!before || !now) return null;
  if (now.failure && !before.failure) return "stop";
  if (discarded(now) > discarded(before)) return "discarded";
  if (now.saved > before.saved) return "saved";
  if (now.phase === "recording" && before.phase !== "recording" && before.phase !== "paused") return "start";
  if (now.phase === before.phase && counting(now) && ticks(before.left_s, now.left_s)) return "tick";
  return null;
}

/** A whole second of the last three was passed. */
function ticks(before: number, now: number): boolean {
  return now > 0 && now < 3 && Math.ceil(now) < Math.ceil(before) && before - now < 1.5;
}

/** How loud the loudest tone is at full volume, so that it never clips. */
const FULL = 0.4;

export class Sounds {
  on = true;
  /** 0 to 100. */
  volume = 100;
  #told = false;
  #context: AudioContext | null = null;

  /** As the core says now. What a person changes is heard at once. */
  follow({ on, volume }: { on: boolean; volume: number }): void {
    const other = on !== this.on || volume !== this.volume;
    this.on = on;
    this.volume = volume;
    if (this.#told && other) this.play("start");
    this.#told = true;
  }

  play(sound: Sound): void {
    if (!this.on || this.volume <= 0) return;
    const context = this.#open();
    if (!context) return;
    void context.resume().catch(() => {});
    const begin = context.currentTime + 0.005;
    for (const tone of TONES[sound]) this.#tone(context, begin, tone);
  }

  #tone(context: AudioContext, begin: number, { hz, at, length, loud }: Tone): void {
    const source = context.createOscillator();
    const gain = context.createGain();
    source.type = "triangle";
    source.frequency.value = hz;
    const from = begin + at;
    const most = loud * FULL * (this.volume / 100);
    // A tone that is cut clicks: it swells and fades.
    gain.gain.setValueAtTime(0, from);
    gain.gain.linearRampToValueAtTime(most, from + 0.008);
    gain.gain.setValueAtTime(most, from + length - 0.02);
    gain.gain.linearRampToValueAtTime(0, from + length);
    source.connect(gain).connect(context.destination);
    source.start(from);
    source.stop(from + length);
  }

  #open(): AudioContext | null {
    if (this.#context) return this.#context;
    try {
      this.#context = new AudioContext();
    } catch {
      // A computer without sound.
    }
    return this.#context;
  }
}
