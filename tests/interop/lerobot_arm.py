"""LeRobot at an arm that we calibrated: it must take file and motors as calibrated, connect without asking anything, and
read the angles that we read. Then LeRobot writes a calibration of its own, and we must find file and motors alike.

    lerobot_arm.py TENDON FOLDER

The arm is simulated (`tendon sim`), its hands are told by this script, and both programs come to it through a serial
device, one after the other. Needs Feetech's SDK (scservo_sdk) beside LeRobot.
"""

import importlib.metadata
import json
import logging
import subprocess
import sys
import time
from pathlib import Path

logging.disable(logging.WARNING)

from lerobot.robots.so_follower import SOFollowerRobotConfig  # noqa: E402
from lerobot.robots.so_follower.so_follower import SOFollower  # noqa: E402

ID = "interop"
# The middle between the stops of each joint of the simulated arm, and half of what lies between them, degrees.
JOINTS = {
    "shoulder_pan": (4.25, 119.25),
    "shoulder_lift": (-2.0, 104.0),
    "elbow_flex": (-5.5, 96.5),
    "wrist_flex": (-0.75, 102.75),
    "wrist_roll": (3.0, 167.0),
    "gripper": (51.75, 63.25),
}
PATIENCE = 60


def fail(message):
    sys.exit(f"FAILED: {message}")


class Told:
    """A program of ours whose lines of JSON are waited for."""

    def __init__(self, *command):
        self.program = subprocess.Popen(
            [*map(str, command), "--json"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def wait_for(self, kind):
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            line = self.program.stdout.readline()
            if not line:
                break
            said = json.loads(line)
            if said.get("kind") == kind:
                return said
            if said.get("kind") == "error":
                fail(said["message"])
        fail(f"{self.program.args[1]} did not say {kind}")

    def tell(self, line=""):
        self.program.stdin.write(line + "\n")
        self.program.stdin.flush()

    def end(self):
        self.program.stdin.close()
        for _ in self.program.stdout:
            pass
        return self.program.wait(PATIENCE)


def hands(sim, way):
    """Takes every joint into a hand; `way` says where from its middle and half its travel."""
    for motor, (middle, half) in enumerate(JOINTS.values(), 1):
        sim.tell(f"hand {motor} {way(middle, half)}")


def sweep(middle, half):
    """Beyond both stops and back, again and again, with a moment at each."""
    low, high = middle - half - 10, middle + half + 10
    return f"0s:{middle} 0.8s:{low} 1s:{low} 2s:{high} 2.2s:{high} 3s:{middle} repeat"


def robot(port, folder):
    return SOFollower(SOFollowerRobotConfig(port=port, id=ID, calibration_dir=Path(folder)))


def patiently(work):
    """LeRobot asks once and gives up; a busy machine can make the simulator miss its 50 ms. That is not what is checked."""
    for _ in range(4):
        try:
            return work()
        except (ConnectionError, RuntimeError) as error:
            print(f"  once more, because LeRobot said: {str(error).strip().splitlines()[0]}", file=sys.stderr)
            time.sleep(0.5)
    return work()


def is_calibrated(port, folder):
    def ask():
        arm = robot(port, folder)
        arm.bus.connect()
        try:
            return arm.is_calibrated
        finally:
            arm.bus.disconnect()

    return patiently(ask)


def calibrate(tendon, sim, port, folder):
    hands(sim, lambda middle, _: f"{middle}")
    ours = Told(
        tendon, "calibrate", f"--robot.port={port}", f"--robot.id={ID}", f"--robot.calibration_dir={folder}"
    )
    ours.wait_for("ready")
    time.sleep(1)
    ours.tell()
    ours.wait_for("homed")
    hands(sim, sweep)
    ours.wait_for("complete")
    ours.tell()
    ours.wait_for("calibrated")
    if ours.end() != 0:
        fail("tendon calibrate did not end well")


def diff(tendon, port, folder):
    """Exit code of our comparison of file and motors, and what it said."""
    ours = subprocess.run(
        [tendon, "calibrate", "--diff", "--json", f"--robot.port={port}", f"--robot.id={ID}",
         f"--robot.calibration_dir={folder}"],
        stdout=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    return ours.returncode, json.loads(ours.stdout.splitlines()[-1])


def same_angles(port, folder):
    """LeRobot connects by itself, which asks on standard input when anything is not as it wants it; there is none."""
    calibration = json.loads((Path(folder) / f"{ID}.json").read_text(encoding="utf-8"))

    def ask():
        arm = robot(port, folder)
        arm.connect()
        try:
            return arm.bus.sync_read("Present_Position", normalize=False), arm.get_observation()
        finally:
            arm.disconnect()

    raw, seen = patiently(ask)
    for joint, ours in calibration.items():
        value = seen[f"{joint}.pos"]
        degrees = (raw[joint] - (ours["range_min"] + ours["range_max"]) / 2) * 360 / 4095
        if joint != "gripper" and abs(value - degrees) > 0.2:
            fail(f"LeRobot reads {joint} as {value}, the file says {degrees}")
        # Hands hold every joint in its middle, so the gripper is half open.
        if abs(value - (50 if joint == "gripper" else 0)) > 1:
            fail(f"{joint} is held in its middle and LeRobot reads {value}")


def write_another(port, folder):
    """A calibration of LeRobot's own: the same arm, homed five ticks elsewhere."""
    arm = robot(port, folder)
    arm.bus.connect()
    try:
        arm.bus.disable_torque()
        arm.calibration = {
            name: type(at)(at.id, at.drive_mode, at.homing_offset + 5, max(0, at.range_min - 5), at.range_max - 5)
            for name, at in arm.calibration.items()
        }
        arm.bus.write_calibration(arm.calibration)
        arm._save_calibration()
    finally:
        arm.bus.disconnect()


def main():
    tendon, folder = sys.argv[1], Path(sys.argv[2])
    sim = Told(tendon, "sim", "--arm=uncalibrated", "--commands")
    port = sim.wait_for("serving")["port"]
    try:
        if is_calibrated(port, folder):
            fail("LeRobot takes an arm as calibrated that nobody calibrated")
        calibrate(tendon, sim, port, folder)
        # What was not written to the motors' EEPROM is gone now.
        sim.tell("power cycle")
        hands(sim, lambda middle, _: f"{middle}")
        time.sleep(1)
        if not is_calibrated(port, folder):
            fail("LeRobot does not take file and motors as calibrated")
        same_angles(port, folder)
        code, said = diff(tendon, port, folder)
        if code != 0 or not said["alike"]:
            fail(f"file and motors differ after LeRobot connected: {said}")
        print(f"  LeRobot {version()} takes the arm as calibrated, connects without asking and reads our angles")

        sim.tell("set 3 Homing_Offset 77")
        if is_calibrated(port, folder):
            fail("LeRobot does not see that a motor was changed")
        if diff(tendon, port, folder)[0] == 0:
            fail("we do not see that a motor was changed")
        patiently(lambda: write_another(port, folder))
        code, said = diff(tendon, port, folder)
        if code != 0 or not said["alike"]:
            fail(f"we do not take LeRobot's calibration: {said}")
        print(f"  we find file and motors alike as LeRobot {version()} left them")
    finally:
        sim.end()


def version():
    return importlib.metadata.version("lerobot")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main()
