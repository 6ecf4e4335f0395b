// What the Record screen keeps while the window is open: the form, what was checked, stills of episodes. Not the
// session: that is the core's.

import type { App } from "../../lib/app.svelte";
import { Curves } from "../../lib/curves";
import { readPicture } from "../../lib/pictures";
import type { Bench, CheckLine, Failure, RecordState } from "../../lib/protocol";
import { Film, type Still } from "../../lib/record/film";
import { USUAL_RATE_HZ } from "../../lib/home";
import {
  type Numbers,
  type RecordForm,
  chosenArms,
  followNumbers,
  formFrom,
  formText,
  startOf,
  troubles,
} from "../../lib/record/form";
import { between, elapsed, running } from "../../lib/record/session";
import { type Aligned, rowsOfEpisode, snapshot } from "../../lib/record/trace";
import { t } from "../../lib/words";
import { spoken } from "../../lib/words/spoken.svelte";

const KEPT = "tendon.record";
/** Time without a change after which the checks are asked for. */
const SETTLED_MS = 400;
const STILLS = 16;
/** A topic that changed with a reply has come by then. */
const TOLD_MS = 150;

export interface LastFilm {
  camera: string;
  stills: Still<ImageBitmap>[];
  curves: Aligned;
}

export class RecordDesk {
  form = $state<RecordForm>(formFrom(null).form);
  checks = $state.raw<CheckLine[] | null>(null);
  refusal = $state.raw<Failure | null>(null);
  checking = $state(false);
  starting = $state(false);
  last = $state.raw<LastFilm | null>(null);
  readonly curves = new Curves();
  #film = new Film<ImageBitmap>(STILLS, 0.5, (picture) => picture.close());
  #asked = "";
  #timer: ReturnType<typeof setTimeout> | undefined;
  #pulling = false;
  #before: RecordState | null = null;
  #usual: Numbers;

  constructor(private app: App) {
    const kept = formFrom(stored(app.page));
    this.form = kept.form;
    this.#usual = kept.usual;
  }

  /** The usual numbers, as the settings have them now. */
  follow(usual: Numbers): void {
    followNumbers(this.form, this.#usual, usual);
    this.#usual = usual;
  }

  get #rate(): number {
    return this.app.settings.number("drive.rate_hz", USUAL_RATE_HZ);
  }

  /** Asks for the checks when the form can be sent and has stood still for a moment. */
  check(): void {
    const { bench, cameras } = this.app.topics;
    if (!bench) return;
    if (Object.keys(troubles(this.form, chosenArms(this.form, bench))).length > 0) {
      clearTimeout(this.#timer);
      this.#asked = "";
      this.checks = null;
      this.refusal = null;
      this.checking = false;
      return;
    }
    const start = startOf(this.form, bench, cameras, null, this.#rate);
    // What is found is said in the language of the page: in another one it is another question.
    const text = JSON.stringify([spoken().locale, start]);
    // The same question waits already, or has its answer: the one that waits must not be forgotten.
    if (text === this.#asked) return;
    clearTimeout(this.#timer);
    this.#asked = text;
    this.checking = true;
    this.#timer = setTimeout(async () => {
      const result = await this.app.client.ask({ do: "preflight", with: start });
      if (text !== this.#asked) return;
      this.checking = false;
      this.checks = result.ok && result.answer.is === "checks" ? result.answer.what : null;
      this.refusal = result.ok ? null : result.failure;
    }, SETTLED_MS);
  }

  /** What was found may have changed meanwhile: it is looked at again. */
  checkAgain(): void {
    this.#asked = "";
    this.check();
  }

  async start(keepLeftOver: boolean | null = null): Promise<void> {
    const { bench, cameras } = this.app.topics;
    if (!bench || this.starting) return;
    store(this.app.page, formText(this.form, this.#usual));
    this.starting = true;
    const result = await this.app.client.ask({
      do: "start_record",
      with: startOf(this.form, bench, cameras, keepLeftOver, this.#rate),
    });
    // What an earlier session left is asked about on the screen, not complained of.
    if (!result.ok) await new Promise((go) => setTimeout(go, TOLD_MS));
    this.starting = false;
    if (result.ok) {
      this.#forget();
      this.last = null;
      return;
    }
    if (!this.app.topics.record?.left_over) this.#say(result.failure, bench);
    this.checkAgain();
  }

  /** Follows the session: stills while rows are written, all of them handed over when the episode has ended. */
  see(state: RecordState | null, camera: string): void {
    const before = this.#before;
    this.#before = state;
    if (!state) return;
    if (before && running(before) && !running(state)) this.#hand(camera);
    if (state.phase === "recording") void this.#still(camera, elapsed(state));
    if (!this.last && state.waiting && between(state)) this.#recall(camera, state);
  }

  /** A page that was loaded again: the core still has the curves of the episode that waits, nobody its small pictures. */
  #recall(camera: string, state: RecordState): void {
    const rows = rowsOfEpisode(this.curves, elapsed(state));
    if (rows !== null) this.last = { camera, stills: [], curves: snapshot(this.curves, this.curves.values / 2, rows) };
  }

  /** A missing calibration leads to the wizard. */
  #say(failure: Failure, bench: Bench): void {
    const arm = chosenArms(this.form, bench).find((one) => one.calibration === null);
    if (failure.code !== "calibration" || !arm) return void this.app.fail(failure);
    this.app.toasts.show({
      level: "warning",
      message: failure.message,
      remedy: failure.remedy,
      button: { word: t("home.calibrate"), press: () => this.app.route.go("calibrate", arm.key) },
    });
  }

  async #still(camera: string, at: number): Promise<void> {
    if (camera === "" || this.#pulling || !this.#film.wants(at)) return;
    this.#pulling = true;
    try {
      const picture = readPicture(await this.app.backend.picture(camera, 0));
      if (picture) {
        const jpeg = new Blob([picture.jpeg], { type: "image/jpeg" });
        this.#film.put(at, await createImageBitmap(jpeg, { resizeWidth: 320, resizeQuality: "medium" }));
      }
    } catch {
      // A still that could not be had is left out.
    } finally {
      this.#pulling = false;
    }
  }

  #hand(camera: string): void {
    for (const still of this.last?.stills ?? []) still.picture.close();
    this.last = { camera, stills: this.#film.take(), curves: snapshot(this.curves, this.curves.values / 2) };
  }

  #forget(): void {
    this.#film.clear();
    this.#before = null;
    this.curves.clear();
  }
}

function stored(page: Window): string | null {
  try {
    return page.localStorage.getItem(KEPT);
  } catch {
    return null;
  }
}

function store(page: Window, form: string): void {
  try {
    page.localStorage.setItem(KEPT, form);
  } catch {
    // Without storage the form begins anew next time.
  }
}

const desks = new WeakMap<App, RecordDesk>();

export function recordDesk(app: App): RecordDesk {
  let desk = desks.get(app);
  if (!desk) desks.set(app, (desk = new RecordDesk(app)));
  return desk;
}
