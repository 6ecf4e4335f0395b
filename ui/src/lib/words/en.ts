// English. One subject per block; keys say where a word stands. Other languages hold the same keys.

import { calibrateWords } from "./en/calibrate";
import { camerasWords } from "./en/cameras";
import { diagnosticsWords } from "./en/diagnostics";
import { driveWords } from "./en/drive";
import { frameWords } from "./en/frame";
import { homeWords } from "./en/home";
import { recordWords } from "./en/record";
import { recoveryWords } from "./en/recovery";
import { settingsWords } from "./en/settings";
import { setupWords } from "./en/setup";

export const en = {
  ...frameWords,
  ...homeWords,
  ...driveWords,
  ...recordWords,
  ...setupWords,
  ...calibrateWords,
  ...camerasWords,
  ...settingsWords,
  ...diagnosticsWords,
  ...recoveryWords,
} as const;
