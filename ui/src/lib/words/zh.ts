// Simplified Chinese.

import { calibrateWords } from "./zh/calibrate";
import { camerasWords } from "./zh/cameras";
import { diagnosticsWords } from "./zh/diagnostics";
import { driveWords } from "./zh/drive";
import { frameWords } from "./zh/frame";
import { homeWords } from "./zh/home";
import { recordWords } from "./zh/record";
import { settingsWords } from "./zh/settings";
import { recoveryWords } from "./zh/recovery";
import { setupWords } from "./zh/setup";

export const zh = {
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
} as const;
