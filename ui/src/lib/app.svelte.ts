// Everything a component reaches for, made once: the client, the topics, keys, route, messages. No component talks to
// the backend itself.

import { getContext, setContext } from "svelte";
import type { Backend } from "./backend";
import { Caps } from "./caps";
import { Client, type Result } from "./client";
import { Dialogs } from "./dialogs.svelte";
import { DriveKeys } from "./keys";
import { Measures } from "./measures";
import { type Ask, type Failure, type Notice, type SessionWord, type SettingsState, type TorqueWord, VERSION } from "./protocol";
import { Pulse } from "./pulse";
import { Route } from "./route.svelte";
import { numberIn, switchIn, textIn } from "./settings/catalogue";
import { forgetOlder, older } from "./settings/older";
import { Settings } from "./settings/settings.svelte";
import { types } from "./shortcuts";
import { Sounds } from "./sounds";
import { Speaker } from "./speak";
import { StopKeys } from "./stopkeys";
import { Stopping } from "./stopping";
import { Look } from "./theme";
import { Toasts } from "./toasts.svelte";
import { Topics } from "./topics.svelte";
import { Undo } from "./undo.svelte";
import { t } from "./words";
import { PageLanguage } from "./words/language";

const HERE = Symbol("app");

/** Keys whose cap is a word of the language. */
const NAMED = ["Space", "Escape", "Enter", "Backspace", "Delete", "Home", "End", "PageUp", "PageDown", "Insert", "Control", "Alt", "Shift"] as const;

const FOCUS_EVENTS = ["focus", "blur", "pageshow", "pagehide"] as const;

export class App {
  readonly topics = new Topics();
  readonly measures = new Measures();
  readonly toasts = new Toasts();
  readonly dialogs = new Dialogs();
  readonly undo = new Undo();
  readonly settings: Settings;
  readonly route: Route;
  readonly look: Look;
  readonly client: Client;
  readonly keys: DriveKeys;
  readonly caps: Caps;
  readonly speaker: Speaker;
  readonly stopKeys: StopKeys;
  readonly sounds: Sounds;
  readonly mac: boolean;

  /** Why the core cannot be reached; none while it can. */
  unreachable = $state.raw<Failure | null>(null);
  reached = $state(false);
  /** What is held now, by keyboard or pointer. */
  held = $state.raw<ReadonlySet<string>>(new Set());
  theme = $state.raw({ theme: "system", text: "100", dark: false, letters: true });
  /** Whether drive keys move something now. */
  keysLive = $state(false);
  focused = $state(true);
  polite = $state("");
  urgent = $state("");
  #stopping: Stopping;
  /** What an earlier window kept was offered to the core. */
  #tookOver = false;
  /** The message of a stop that nobody confirmed. */
  #unstopped: number | null = null;
  #caps = $state(0);
  #heard = $state(false);
  /** The language that the core was told last. */
  #spoke = "";

  constructor(
    readonly backend: Backend,
    readonly page: Window,
    private language = new PageLanguage(page),
  ) {
    this.mac = /Mac/.test(page.navigator.userAgent);
    this.language.heard = () => this.#speak();
    this.route = new Route(page, () => this.keys.releasePad());
    this.sounds = new Sounds();
    this.look = new Look(page, () => this.#seeLook());
    this.#seeLook();
    this.caps = new Caps(() => this.#caps++);
    this.speaker = new Speaker((region, text) => {
      if (region === "polite") this.polite = text;
      else this.urgent = text;
    });
    this.#stopping = new Stopping({
      send: () => backend.stop(),
      unconfirmed: () => (this.#unstopped = this.fail(failure("stop.unconfirmed"))),
      confirmed: () => {
        if (this.#unstopped !== null) this.toasts.close(this.#unstopped);
        this.#unstopped = null;
        this.speaker.assertive(t("stop.confirmed"));
      },
    });
    this.keys = new DriveKeys(backend, () => (this.held = new Set(this.keys.held)));
    this.stopKeys = new StopKeys({
      torque: () => this.torque,
      session: () => this.topics.deck.session,
      also: () => this.settings.key("stop_also"),
      stop: () => this.stop(),
    });
    this.client = new Client(
      backend,
      {
        noReply: () => failure("core.noReply"),
        notHandedOver: () => failure("core.notHandedOver"),
        otherVersion: (theirs) => ({
          code: "internal",
          message: t("core.otherVersion.message", { ours: VERSION, theirs }),
          remedy: t("core.otherVersion.remedy"),
        }),
        unreadable: () => failure("core.unreadable"),
      },
      {
        tell: (tell) => {
          this.topics.apply(tell);
          if (tell.topic === "notice") this.#say(tell.value);
          if (tell.topic === "settings") {
            void this.language.follow(tell.value).then(() => this.#speak());
            this.#follow(tell.value);
          }
        },
        reached: (reached, why) => {
          this.reached = reached;
          if (!reached) this.#spoke = "";
          this.#heard ||= reached;
          if (why && why.message !== this.unreachable?.message) {
            this.speaker.assertive([why.message, t("core.lost"), why.remedy].join(" "));
          }
          this.unreachable = why;
        },
      },
    );
    this.settings = new Settings(
      {
        state: () => this.topics.settings,
        ask: (ask) => this.client.ask(ask),
        fail: (failure) => void this.fail(failure),
        say: (failure) => this.speaker.assertive(`${failure.message} ${failure.remedy}`),
      },
      this.undo,
    );
  }

  /** Listens to the page and the core; the promised function ends both. */
  start(): () => void {
    // Stop first: what it takes no other listener hears.
    const unstop = this.stopKeys.attach(this.page);
    this.keys.attach(this.page);
    const learn = (event: KeyboardEvent) => this.caps.seen(event);
    this.page.addEventListener("keydown", learn, true);
    void this.caps.ask(this.page.navigator as Navigator & { keyboard?: never });
    const focus = () => (this.focused = this.page.document.hasFocus());
    focus();
    for (const name of FOCUS_EVENTS) this.page.addEventListener(name, focus);
    (this.page as unknown as { tendonMeasures: Measures }).tendonMeasures = this.measures;
    // The first sign of life says that the window can be used: the core has answered, and what it said is drawn.
    const pulse = new Pulse(
      () => this.backend.lives(),
      () => this.client.silent(),
    );
    let ended = false;
    const draw = (then: () => void) => this.page.requestAnimationFrame(() => this.page.requestAnimationFrame(then));
    void this.client.start().then(() => draw(() => ended || pulse.start()));
    const unclose = this.#askBeforeClosing();
    return () => {
      ended = true;
      pulse.stop();
      for (const name of FOCUS_EVENTS) this.page.removeEventListener(name, focus);
      unclose();
      unstop();
      this.keys.detach();
      this.page.removeEventListener("keydown", learn, true);
      this.client.stop();
      this.#stopping.end();
      this.speaker.end();
    };
  }

  /** Why the core, which was heard, is heard no more: what it told last is old. */
  get lost(): Failure | null {
    return this.#heard ? this.unreachable : null;
  }

  /** Whether the core does not answer and never has: nothing is known. */
  get unheard(): boolean {
    return this.unreachable !== null && !this.#heard;
  }

  /** Why nothing can be asked now; empty when it can. */
  get whyNot(): string {
    return this.unreachable?.message ?? "";
  }

  /** What goes on, none while it is not known. */
  get session(): SessionWord | null {
    return this.reached ? this.topics.deck.session : null;
  }

  /** Whether motors push: unknown until the core was heard, and as soon as it is not heard any more. */
  get torque(): TorqueWord {
    return this.reached ? this.topics.deck.torque : "unknown";
  }

  /** What stands on a physical key, on this user's keyboard. */
  cap = (code: string): string => {
    void this.#caps;
    if (code === "") return "";
    const named = NAMED.find((name) => name === code);
    return named ? t(`cap.${named}`) : this.caps.cap(code);
  };

  /** The physical key of a shortcut; empty when it is switched off, alone or with all that type. */
  bound = (name: string): string => {
    const code = this.settings.key(name);
    return this.theme.letters || !types(code) ? code : "";
  };

  stop = (): void => this.#stopping.press();

  /** Asks; what fails is said in a toast. */
  ask = async (ask: Ask): Promise<Result> => {
    const result = await this.client.ask(ask);
    if (!result.ok) this.fail(result.failure);
    return result;
  };

  /** Says it and shows it; the number of the message that shows it. */
  fail = (what: Failure): number => {
    this.speaker.assertive(`${what.message} ${what.remedy}`);
    return this.toasts.show({ level: "fault", message: what.message, remedy: what.remedy });
  };

  copy = async (text: string): Promise<boolean> => {
    try {
      await this.page.navigator.clipboard.writeText(text);
      this.speaker.polite(t("say.copied"));
      return true;
    } catch {
      return false;
    }
  };

  #say(notice: Notice): void {
    this.toasts.show(notice);
    const words = `${notice.message} ${notice.remedy}`.trim();
    if (notice.level === "fault") this.speaker.assertive(words);
    else this.speaker.polite(words);
  }

  #askBeforeClosing(): () => void {
    const unlisten = this.backend.onClosing(async (why) => {
      void this.backend.lives().catch(() => {});
      const go = await this.dialogs.ask({
        title: t("quit.title"),
        body: why,
        go: t("quit.close"),
        keep: t("quit.keep"),
        danger: true,
      });
      if (go) await this.ask({ do: "quit", with: { confirmed: true } });
    });
    return () => void unlisten.then((end) => end()).catch(() => {});
  }

  /** What a setting changes here holds as soon as the core says it. */
  /** The core speaks as the page does: where the system decides, only the page knows its languages. */
  #speak(): void {
    const language = this.language.spoken;
    if (!this.reached || language === "" || language === this.#spoke) return;
    this.#spoke = language;
    void this.client.ask({ do: "speak", with: { language } });
  }

  #follow(state: SettingsState): void {
    const { look, sounds } = this;
    look.follow({
      theme: textIn(state, "look.theme", look.theme),
      text: textIn(state, "look.text", look.text),
      letters: switchIn(state, "look.letters", look.letters),
    });
    sounds.follow({ on: switchIn(state, "sound.on", sounds.on), volume: numberIn(state, "sound.volume", sounds.volume) });
    void this.#takeOver(state);
  }

  /** A file that is not used takes nothing: what an earlier window kept waits for the next start then. */
  async #takeOver(state: SettingsState): Promise<void> {
    if (this.#tookOver || state.problem) return;
    this.#tookOver = true;
    const changes = older(this.page, state);
    const result = changes.length > 0 ? await this.client.ask({ do: "set_settings", with: changes }) : { ok: true };
    if (result.ok) forgetOlder(this.page);
  }

  #seeLook(): void {
    const look = this.look as Look | undefined;
    if (look) this.theme = { theme: look.theme, text: look.text, dark: look.dark, letters: look.letters };
  }
}

function failure(key: "core.noReply" | "core.notHandedOver" | "core.unreadable" | "stop.unconfirmed"): Failure {
  return { code: "internal", message: t(`${key}.message`), remedy: t(`${key}.remedy`) };
}

export function provideApp(app: App): void {
  setContext(HERE, app);
}

export function useApp(): App {
  return getContext<App>(HERE);
}
