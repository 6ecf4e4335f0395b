export const recoveryWords = {
  "screen.recovery": "Recovery",

  "recovery.found": "{count, plural, =0 {Nothing is left to decide} one {One episode was left} other {# episodes were left}}",
  "recovery.found.more":
    "Tendon ended in the middle of a recording. What was recorded until then is on disk, pictures too. Look at it, then keep it or throw it away.",
  "recovery.found.nothing": "Nothing here waits for a decision of yours.",
  "recovery.empty": "Nothing was left",
  "recovery.empty.more":
    "Every recording ended in good order. When the power fails or the program is killed in the middle of an episode, it is offered here.",
  "recovery.looking": "Looking through the datasets",
  "recovery.looking.more": "Nothing is changed by looking.",
  "recovery.looking.wait": "The datasets are being looked through.",
  "recovery.wait": "Another episode is being worked on. Wait until it is done.",

  "recovery.task.none": "Task unknown",
  "recovery.in": "in {dataset}, {count, plural, =0 {which has no other episode} one {which has one other episode} other {which has # other episodes}}",
  "recovery.begun": "Begun",
  "recovery.rows": "Rows",
  "recovery.rows.of": "{rows} at {rate}",
  "recovery.size": "On disk",
  "recovery.cameras": "Cameras",
  "recovery.cameras.none": "none",
  "recovery.path": "Copy the path",
  "recovery.film": "Three pictures of {camera}: near the beginning, in the middle, near the end",
  "recovery.film.none": "There is no picture of {camera} that can be shown",
  "recovery.film.void": "No picture to show",

  "recovery.means.episode":
    "Its rows are whole up to about a second before the end, and each camera has a picture for every row.",
  "recovery.means.put_away": "Nothing was deleted. What there is lies in this folder:",
  "recovery.means.in_use": "It is being recorded now, and is not interrupted. It goes from this list when its recording ends.",

  "recovery.keep": "Keep it",
  "recovery.throw": "Throw away",
  "recovery.again": "Offer it again",
  "recovery.offered": "It is offered again.",
  "recovery.begins": "It begins.",
  "recovery.keeping": "{share, select, none {Checking every picture} other {Checking every picture, {share} done}}",
  "recovery.keeping.name": "Keeping “{task}”",

  "recovery.done": "Done",
  "recovery.done.none": "What you keep or throw away is listed here.",
  "recovery.kept": "Episode {number} was kept in {dataset}.",
  "recovery.thrown": "{length} of {dataset} were thrown away.",
  "recovery.about": "What each means",
  "recovery.about.keep": "It becomes the next episode of its dataset. Every picture is decoded first, so that what is kept verifies.",
  "recovery.about.throw": "It is offered no more. Until Tendon is closed it can be offered again; after that it is gone.",
  "recovery.about.away": "Put away",
  "recovery.about.away.more": "What cannot become an episode is moved into a folder of its dataset and stays there. Tendon never deletes it.",
  "recovery.folders": "Where was looked",
  "recovery.folders.none": "No folder of datasets is known yet.",
  "recovery.figure.left": "To decide",
  "recovery.figure.done": "Done",

  // On Home
  "recovery.home": "{count, plural, one {An episode was saved from an interrupted session.} other {# episodes were saved from interrupted sessions.}}",
  "recovery.home.one": "{length} of “{task}” in {dataset}. Look at it, then keep it or throw it away.",
  "recovery.home.more": "In {datasets}. Look at them, then keep them or throw them away.",
  "recovery.home.go": "Look at it",
  "recovery.home.set": "{count, plural, one {one left} other {# left}}",
  "recovery.home.set.name": "{count, plural, one {one left} other {# left}} in {name}: look at it",
} as const;
