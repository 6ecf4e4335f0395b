// The bundle for a report: gathered, read through, then saved. Nothing is written before that, and nothing is ever sent.

import type { Answer, Ask, BundleFile, BundlePreview, Failure } from "../protocol";

/** Pages that one press of “More lines” reads. */
const PAGES = 4;

export interface TextPage {
  /** Number of its first line, from 0. */
  from: number;
  text: string;
}

export type Asked = { ok: true; answer: Answer } | { ok: false; failure: Failure };

export class ReportView {
  preview = $state.raw<BundlePreview | null>(null);
  preparing = $state(false);
  saving = $state(false);
  reading = $state(false);
  /** Name of the file that is read. */
  chosen = $state("");
  pages = $state.raw<TextPage[]>([]);
  /** Number of the first line that is not read yet; none at the end. */
  next = $state.raw<number | null>(null);
  saved = $state.raw<{ path: string; bytes: number } | null>(null);
  failure = $state.raw<Failure | null>(null);

  #turn = 0;

  constructor(private ask: (ask: Ask) => Promise<Asked>) {}

  get file(): BundleFile | null {
    return this.preview?.files.find((file) => file.name === this.chosen) ?? null;
  }

  /** Gathers it anew. */
  async prepare(): Promise<void> {
    if (this.preparing || this.saving) return;
    this.preparing = true;
    this.failure = null;
    const result = await this.ask({ do: "prepare_bundle" });
    this.preparing = false;
    if (!result.ok) return void (this.failure = result.failure);
    if (result.answer.is !== "bundle") return;
    this.preview = result.answer.what;
    this.saved = null;
    const still = this.file ?? result.answer.what.files[0];
    if (still) await this.choose(still.name);
  }

  async choose(name: string): Promise<void> {
    this.#turn++;
    this.chosen = name;
    this.pages = [];
    this.next = 0;
    await this.#read(1);
  }

  more(): Promise<void> {
    return this.#read(PAGES);
  }

  /** Reads it to its end. */
  all(): Promise<void> {
    return this.#read(Infinity);
  }

  async save(): Promise<void> {
    if (this.saving || this.preparing || !this.preview) return;
    this.saving = true;
    this.failure = null;
    const result = await this.ask({ do: "save_bundle" });
    this.saving = false;
    if (!result.ok) this.failure = result.failure;
    else if (result.answer.is === "saved") this.saved = result.answer.what;
  }

  async #read(pages: number): Promise<void> {
    const turn = this.#turn;
    this.reading = true;
    for (let count = 0; count < pages && this.next !== null; count++) {
      const from: number = this.next;
      const result = await this.ask({ do: "read_bundle", with: { name: this.chosen, from } });
      if (turn !== this.#turn) return;
      if (!result.ok) {
        this.failure = result.failure;
        break;
      }
      if (result.answer.is !== "bundle_text") break;
      const { text, next } = result.answer.what;
      this.pages = [...this.pages, { from, text }];
      // One that does not go on would be read for ever.
      this.next = next !== null && next > from ? next : null;
    }
    this.reading = false;
  }
}
