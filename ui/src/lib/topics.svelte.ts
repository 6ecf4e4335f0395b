// What the core said last, topic by topic. The page owns none of it: a snapshot replaces the one before it.

import type {
  Bench,
  CalibrationState,
  CameraCard,
  Deck,
  DriveState,
  IdentifyState,
  Notice,
  RecordState,
  RecoveryState,
  ScanState,
  SettingsState,
  SetupState,
  Tell,
  WorkersState,
} from "./protocol";

/** Before the first word of the core; `App` says of torque that it is unknown then. */
const DECK_UNHEARD: Deck = {
  torque: "none",
  session: "idle",
  arms: [],
  trouble: null,
  can_resume: false,
  can_release: false,
  unsaved: false,
};

/** Notices that are kept for Home's list. */
const NOTICES_KEPT = 20;

export interface Heard {
  /** Milliseconds since 1970. */
  at: number;
  notice: Notice;
}

export class Topics {
  bench = $state.raw<Bench | null>(null);
  deck = $state.raw<Deck>(DECK_UNHEARD);
  cameras = $state.raw<CameraCard[]>([]);
  drive = $state.raw<DriveState | null>(null);
  record = $state.raw<RecordState | null>(null);
  setup = $state.raw<SetupState | null>(null);
  scan = $state.raw<ScanState | null>(null);
  identify = $state.raw<IdentifyState | null>(null);
  calibration = $state.raw<CalibrationState | null>(null);
  settings = $state.raw<SettingsState | null>(null);
  recovery = $state.raw<RecoveryState | null>(null);
  workers = $state.raw<WorkersState | null>(null);
  /** Newest first. */
  notices = $state.raw<Heard[]>([]);

  /** When `drive` was told last, by `performance.now()`; an old pose fades by it. */
  driveAt = $state.raw(0);

  apply(tell: Tell, now: () => number = () => performance.now()): void {
    switch (tell.topic) {
      case "bench":
        this.bench = tell.value;
        break;
      case "deck":
        this.deck = tell.value;
        break;
      case "cameras":
        this.cameras = tell.value;
        break;
      case "drive":
        this.drive = tell.value;
        this.driveAt = now();
        break;
      case "record":
        this.record = tell.value;
        break;
      case "setup":
        this.setup = tell.value;
        break;
      case "scan":
        this.scan = tell.value;
        break;
      case "identify":
        this.identify = tell.value;
        break;
      case "calibration":
        this.calibration = tell.value;
        break;
      case "settings":
        this.settings = tell.value;
        break;
      case "recovery":
        this.recovery = tell.value;
        break;
      case "workers":
        this.workers = tell.value;
        break;
      case "notice":
        this.#keep(tell.value);
        break;
    }
  }

  /** A notice that is told again after a hello is the same notice. */
  #keep(notice: Notice): void {
    if (this.notices.some((heard) => heard.notice.number === notice.number)) return;
    this.notices = [{ at: Date.now(), notice }, ...this.notices].slice(0, NOTICES_KEPT);
  }
}
