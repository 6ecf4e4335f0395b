// German: the same keys as English, file by file. Short labels, verbs as buttons, orders as infinitives without a form of
// address. One word for one thing: leader Führungsarm, follower Folgearm, torque Haltekraft, fault Störung, cycle Takt, period
// error Taktabweichung, control loop Regelschleife, row Zeile, late verspätet, repeated wiederholt, missed verpasst (pictures) and
// ausgelassen (cycles), save sichern, keep behalten, discard verwerfen, pose Stellung, swing Spanne, homing offset
// Nullpunktversatz, encoder seam Encodernaht.

import type { Catalogue } from ".";
import { calibrateWords } from "./de/calibrate";
import { camerasWords } from "./de/cameras";
import { diagnosticsWords } from "./de/diagnostics";
import { driveWords } from "./de/drive";
import { frameWords } from "./de/frame";
import { homeWords } from "./de/home";
import { recordWords } from "./de/record";
import { settingsWords } from "./de/settings";
import { recoveryWords } from "./de/recovery";
import { setupWords } from "./de/setup";

export const de: Catalogue = {
  ...frameWords,
  ...homeWords,
  ...driveWords,
  ...recordWords,
  ...setupWords,
  ...calibrateWords,
  ...camerasWords,
  ...diagnosticsWords,
  ...recoveryWords,
  ...settingsWords,
};
