// What the deck's news are in spoken words: what is urgent, what may wait.

import type { Deck } from "./protocol";
import { named, t } from "./words";

export interface News {
  /** In the order in which they are said. */
  urgent: string[];
  polite: string[];
}

type Told = Pick<Deck, "torque" | "session" | "trouble">;

export const torqueSpoken = (torque: Deck["torque"]): string =>
  torque === "none" ? t("torque.none.spoken") : named("torque", torque);

/** From what was told before; none before the first word, when only a trouble is news. */
export function newsOf(before: Told | null, now: Told): News {
  const urgent: string[] = [];
  const polite: string[] = [];
  if (before && now.session !== before.session) {
    const words = t("say.session", { session: named("session", now.session) });
    (now.session === "stopped" || now.session === "faulted" ? urgent : polite).push(words);
  }
  if (before && now.torque !== before.torque) {
    if (now.torque === "unknown") urgent.push(t("say.torque.unknown"));
    else polite.unshift(t("say.torque", { torque: torqueSpoken(now.torque) }));
  }
  if (now.trouble && now.trouble.number !== before?.trouble?.number) {
    urgent.push(`${now.trouble.message} ${now.trouble.remedy}`);
  }
  return { urgent, polite };
}
