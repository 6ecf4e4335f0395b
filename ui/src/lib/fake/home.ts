// Home's requests, pretended.

import type { ArmCard } from "../protocol";
import { closeCalibration } from "./calibrate";
import { releaseAll, startDrive } from "./drive";
import type { Handlers, World } from "./world";

const cardOf = (world: World, key: string): ArmCard | undefined =>
  world.topics.bench.arms.find((arm) => arm.key === key);

export function setArms(world: World, arms: ArmCard[]): void {
  world.patch("bench", { arms });
}

/** Ends a wizard or a search; false when none is open. */
function endTask(world: World): boolean {
  const { activity } = world.topics.bench;
  if (activity === "calibrating") {
    world.patch("calibration", { phase: "cancelled", moving: null });
    closeCalibration(world);
  } else if (activity === "setting_up" || activity === "scanning") {
    if (activity === "setting_up") world.patch("setup", { phase: "ended", looking_baud: null });
    else world.patch("scan", { running: false, baud: null });
    world.patch("bench", { activity: "nothing", busy: [] });
  } else return false;
  return true;
}

export const homeHandlers: Handlers = {
  look_again: (world) => {
    const arms = world.topics.bench.arms;
    setArms(
      world,
      arms.map((arm) => (arm.simulated ? arm : { ...arm, online: "looking" })),
    );
    setTimeout(() => setArms(world, arms), 900);
    return { is: "done" };
  },
  understood: (world) => {
    world.patch("bench", { first_start: false });
    return { is: "done" };
  },
  name_arm: (world, { key, name, role }) => {
    const taken = world.topics.bench.arms.some((arm) => arm.name === name && arm.key !== key);
    if (taken) {
      return { code: "bad_request", message: `Another arm is called ${name}.`, remedy: "Choose another name." };
    }
    const known = `known:${name}`;
    setArms(
      world,
      world.topics.bench.arms.map((arm) => (arm.key === key ? { ...arm, key: known, name, role, notice: null } : arm)),
    );
    return { is: "done" };
  },
  forget_arm: (world, { key }) => {
    setArms(
      world,
      world.topics.bench.arms.flatMap((arm) => {
        if (arm.key !== key) return [arm];
        return arm.online === "offline" ? [] : [{ ...arm, key: `port:${arm.port}`, name: "", role: null }];
      }),
    );
    return { is: "done" };
  },
  identify: (world) => {
    const ports = world.topics.bench.arms.filter((arm) => arm.port && arm.online === "online");
    world.patch("bench", { activity: "identifying" });
    world.set("identify", {
      running: true,
      ports: ports.map((arm) => arm.port ?? ""),
      stiff: [],
      not_watched: [],
      found: null,
      moved: null,
      known: null,
      signature: null,
      failure: null,
    });
    const moved = ports[0];
    setTimeout(() => {
      if (!moved || !world.topics.identify?.running) return;
      world.patch("identify", {
        running: false,
        found: moved.port,
        moved: "elbow_flex",
        known: moved.name,
      });
      world.patch("bench", { activity: "nothing" });
    }, 3000);
    return { is: "done" };
  },
  finish: (world) => {
    if (world.topics.identify?.running) {
      world.set("identify", null);
      world.patch("bench", { activity: "nothing" });
    } else if (!endTask(world)) releaseAll(world);
    return { is: "done" };
  },
  start_drive: (world, start) => {
    for (const { key } of start.arms) {
      const card = cardOf(world, key);
      if (!card || card.online !== "online") {
        return {
          code: "port",
          message: `${card?.name ?? key}: no adapter.`,
          remedy: "Plug it in, then try again.",
        };
      }
      if (card.notice?.level === "fault") {
        return { code: "port", message: card.notice.message, remedy: card.notice.remedy };
      }
    }
    startDrive(world, start);
    return { is: "done" };
  },
  quit: () => ({ is: "may_close", what: { closes: true, why: "" } }),
};
