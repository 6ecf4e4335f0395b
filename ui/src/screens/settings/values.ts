// A setting's value in words: what stands beside its usual one.

import { count, plain } from "../../lib/numbers";
import type { SettingCard, SettingKind, SettingValue } from "../../lib/protocol";
import { optionOf } from "../../lib/settings/catalogue";
import { t } from "../../lib/words";

type NumberKind = Extract<SettingKind, { kind: "number" }>;

/** The unit beside a field; a factor has a sign of its own. */
export function unitOf(kind: NumberKind): string {
  if (kind.unit === "bytes") return t("set.unit.bytes");
  return kind.unit === "" && !Number.isInteger(kind.step) ? "×" : kind.unit;
}

export const bare = (value: number): string => (Number.isInteger(value) ? count(value) : plain(value, 2));

export const range = (kind: NumberKind): string => t("set.range", { least: bare(kind.least), most: bare(kind.most) });

export function inWords({ name, kind }: SettingCard, value: SettingValue, cap: (code: string) => string): string {
  switch (kind.kind) {
    case "switch":
      return t(value === true ? "set.on" : "set.off");
    case "number": {
      const unit = unitOf(kind);
      return unit === "" ? bare(Number(value)) : `${bare(Number(value))}\u00a0${unit}`;
    }
    case "choice":
      return optionOf(name, String(value));
    case "folder":
      return value === "" ? t("set.folder.usual") : String(value);
    case "address":
      return value === "" ? t("set.address.none") : String(value);
    case "key":
      return value === "" ? t("set.keys.off") : cap(String(value));
  }
}
