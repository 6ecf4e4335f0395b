import type { recoveryWords as en } from "../en/recovery";

export const recoveryWords: Record<keyof typeof en, string> = {
  "screen.recovery": "Wiederherstellung",

  "recovery.found":
    "{count, plural, =0 {Es ist nichts zu entscheiden} one {Eine Episode ist übrig} other {# Episoden sind übrig}}",
  "recovery.found.more":
    "Tendon endete mitten in einer Aufnahme. Was bis dahin aufgenommen war, liegt auf dem Datenträger, auch die Bilder. Ansehen, dann behalten oder verwerfen.",
  "recovery.found.nothing": "Nichts hier wartet auf eine Entscheidung.",
  "recovery.empty": "Nichts ist übrig",
  "recovery.empty.more":
    "Jede Aufnahme endete ordentlich. Fällt mitten in einer Episode der Strom aus oder wird das Programm beendet, wird sie hier angeboten.",
  "recovery.looking": "Die Datensätze werden durchgesehen",
  "recovery.looking.more": "Das Durchsehen ändert nichts.",
  "recovery.looking.wait": "Die Datensätze werden gerade durchgesehen.",
  "recovery.wait": "An einer anderen Episode wird gearbeitet. Warten, bis das fertig ist.",

  "recovery.task.none": "Aufgabe unbekannt",
  "recovery.in": "in {dataset}, {count, plural, =0 {ohne weitere Episode} one {neben einer weiteren Episode} other {neben # weiteren Episoden}}",
  "recovery.begun": "Begonnen",
  "recovery.rows": "Zeilen",
  "recovery.rows.of": "{rows} bei {rate}",
  "recovery.size": "Belegt",
  "recovery.cameras": "Kameras",
  "recovery.cameras.none": "keine",
  "recovery.path": "Pfad kopieren",
  "recovery.film": "Drei Bilder von {camera}: nahe am Anfang, in der Mitte, nahe am Ende",
  "recovery.film.none": "Von {camera} lässt sich kein Bild zeigen",
  "recovery.film.void": "Kein Bild zu zeigen",

  "recovery.means.episode":
    "Ihre Zeilen sind bis etwa eine Sekunde vor dem Ende vollständig, und jede Kamera hat zu jeder Zeile ein Bild.",
  "recovery.means.put_away": "Nichts wurde gelöscht. Was da ist, liegt in diesem Ordner:",
  "recovery.means.in_use":
    "Sie wird gerade aufgenommen und ist nicht unterbrochen. Sie verschwindet aus dieser Liste, wenn die Aufnahme endet.",

  "recovery.keep": "Behalten",
  "recovery.throw": "Verwerfen",
  "recovery.again": "Wieder anbieten",
  "recovery.offered": "Sie wird wieder angeboten.",
  "recovery.begins": "Es beginnt.",
  "recovery.keeping": "{share, select, none {Jedes Bild wird geprüft} other {Jedes Bild wird geprüft, {share} fertig}}",
  "recovery.keeping.name": "„{task}“ wird behalten",

  "recovery.done": "Erledigt",
  "recovery.done.none": "Was behalten oder verworfen wird, steht hier.",
  "recovery.kept": "Episode {number} wurde in {dataset} behalten.",
  "recovery.thrown": "{length} von {dataset} wurden verworfen.",
  "recovery.about": "Was das bedeutet",
  "recovery.about.keep":
    "Sie wird die nächste Episode ihres Datensatzes. Vorher wird jedes Bild dekodiert, damit alles, was behalten wird, der Prüfung standhält.",
  "recovery.about.throw":
    "Sie wird nicht mehr angeboten. Bis Tendon geschlossen wird, lässt sie sich wieder anbieten; danach ist sie fort.",
  "recovery.about.away": "Beiseitegelegt",
  "recovery.about.away.more":
    "Was keine Episode werden kann, kommt in einen Ordner seines Datensatzes und bleibt dort. Tendon löscht es nie.",
  "recovery.folders": "Wo gesucht wurde",
  "recovery.folders.none": "Noch ist kein Ordner mit Datensätzen bekannt.",
  "recovery.figure.left": "Zu entscheiden",
  "recovery.figure.done": "Erledigt",

  // Auf der Startseite
  "recovery.home": "{count, plural, one {Eine Episode einer unterbrochenen Sitzung ist gerettet.} other {# Episoden unterbrochener Sitzungen sind gerettet.}}",
  "recovery.home.one": "{length} von „{task}“ in {dataset}. Ansehen, dann behalten oder verwerfen.",
  "recovery.home.more": "In {datasets}. Ansehen, dann behalten oder verwerfen.",
  "recovery.home.go": "Ansehen",
  "recovery.home.set": "{count, plural, one {eine übrig} other {# übrig}}",
  "recovery.home.set.name": "{count, plural, one {eine übrig} other {# übrig}} in {name}: ansehen",
};
