// What asks before it does: only for what cannot be taken back. One at a time; it never covers the deck.

export interface Question {
  title: string;
  body: string;
  /** The dangerous side. */
  go: string;
  /** The safe side: it has the focus first, and Esc chooses it. */
  keep: string;
  danger?: boolean;
}

export interface Prompt {
  title: string;
  body: string;
  label: string;
  value: string;
  go: string;
  /** Why the text cannot be taken; empty when it can. */
  why(value: string): string;
  /** One of several, chosen along with the text. */
  choice?: { label: string; options: { value: string; word: string }[]; value: string };
}

export interface Given {
  text: string;
  choice: string;
}

export type Open =
  | { kind: "ask"; question: Question; settle: (go: boolean) => void }
  | { kind: "prompt"; prompt: Prompt; settle: (given: Given | null) => void }
  | { kind: "commands" }
  | { kind: "keys" };

export class Dialogs {
  open = $state.raw<Open | null>(null);

  ask(question: Question): Promise<boolean> {
    return new Promise((settle) => this.#show({ kind: "ask", question, settle }));
  }

  prompt(prompt: Prompt): Promise<Given | null> {
    return new Promise((settle) => this.#show({ kind: "prompt", prompt, settle }));
  }

  show(kind: "commands" | "keys"): void {
    // What waits for a decision is not pushed aside by a search.
    if (this.open?.kind === "ask" || this.open?.kind === "prompt") return;
    this.open = { kind };
  }

  close(): void {
    const open = this.open;
    this.open = null;
    if (open?.kind === "ask") open.settle(false);
    if (open?.kind === "prompt") open.settle(null);
  }

  answer(result: boolean | Given): void {
    const open = this.open;
    this.open = null;
    if (open?.kind === "ask") open.settle(result === true);
    if (open?.kind === "prompt") open.settle(typeof result === "object" ? result : null);
  }

  #show(next: Open): void {
    this.close();
    this.open = next;
  }
}
