"""LeRobot's side of the talk: loads a dataset and compares every row, resumes one, creates one.

    lerobot_side.py load DATASET TOLD.json    compare with what our reader told
    lerobot_side.py resume DATASET            add an episode, as lerobot-record --resume does
    lerobot_side.py create DATASET            a dataset of states and actions, two episodes

Nothing may go to the network: a dataset that LeRobot does not find complete on disk must fail here.
"""

import importlib.metadata
import json
import math
import os
import sys
from pathlib import Path

os.environ.update(
    HF_HUB_OFFLINE="1", HF_DATASETS_OFFLINE="1", TRANSFORMERS_OFFLINE="1", TOKENIZERS_PARALLELISM="false"
)

import logging  # noqa: E402

logging.disable(logging.WARNING)  # The missing FFmpeg libraries fill pages; these datasets hold no pictures.

import numpy as np  # noqa: E402
from lerobot.datasets.lerobot_dataset import LeRobotDataset  # noqa: E402

REPO_ID = "local/interop"
FPS = 30
JOINTS = ["shoulder_pan", "shoulder_lift", "elbow_flex", "wrist_flex", "wrist_roll", "gripper"]


def fail(message):
    sys.exit(f"FAILED: {message}")


def same(what, ours, theirs):
    if ours != theirs:
        fail(f"{what}: we read {ours!r}, LeRobot reads {theirs!r}")


def load(root, told_path):
    told = json.loads(Path(told_path).read_text(encoding="utf-8"))
    dataset = LeRobotDataset(REPO_ID, root=root)
    rows = told["rows"]
    same("number of rows", len(rows), len(dataset))
    same("number of episodes", len(told["lengths"]), dataset.num_episodes)
    same("frame rate", told["fps"], dataset.fps)
    same("robot type", told["robot_type"], dataset.meta.robot_type)
    for name in ("action", "observation.state"):
        same(f"names of {name}", told["names"][name], list(dataset.features[name]["names"]))
    for episode, length in enumerate(told["lengths"]):
        same(f"length of episode {episode}", length, int(dataset.meta.episodes[episode]["length"]))
    for position, ours in enumerate(rows):
        theirs = dataset[position]
        for name in ("index", "episode_index", "frame_index", "task_index"):
            same(f"{name} of row {position}", ours[name], int(theirs[name]))
        # Both sides hold float32; JSON keeps enough digits to get the same one back.
        same(f"timestamp of row {position}", np.float32(ours["timestamp"]), np.float32(theirs["timestamp"]))
        same(f"task of row {position}", ours["task"], theirs["task"])
        for name in ("observation.state", "action"):
            if not np.array_equal(np.array(ours[name], dtype=np.float32), theirs[name].numpy()):
                fail(f"{name} of row {position}: we read {ours[name]}, LeRobot reads {theirs[name].tolist()}")
    same_stats(told["stats"], dataset.meta.stats)
    same_windows(root, rows, told["lengths"], told["fps"])
    print(f"  LeRobot {version()} reads {len(rows)} rows and {len(told['lengths'])} episodes as we do")


def same_stats(ours, theirs):
    same("features with statistics", sorted(ours), sorted(theirs))
    for feature, stats in ours.items():
        same(f"statistics of {feature}", sorted(stats), sorted(theirs[feature]))
        for name, value in stats.items():
            if not np.allclose(np.array(value), np.asarray(theirs[feature][name]), rtol=1e-12, atol=0):
                fail(f"{name} of {feature}: we read {value}, LeRobot reads {theirs[feature][name]}")


def same_windows(root, rows, lengths, fps):
    """Policies read windows over time, which LeRobot cuts by position; each must stay inside its episode."""
    window = LeRobotDataset(REPO_ID, root=root, delta_timestamps={"action": [0.0, 1 / fps, 2 / fps]})
    begin = 0
    for length in lengths:
        for position in {begin, begin + length // 2, begin + length - 1}:
            sample = window[position]
            for step in range(3):
                source = min(position + step, begin + length - 1)
                padded = position + step > begin + length - 1
                same(f"padding after row {position}", padded, bool(sample["action_is_pad"][step]))
                expected = np.array(rows[source]["action"], dtype=np.float32)
                if not np.array_equal(expected, sample["action"][step].numpy()):
                    fail(f"the window after row {position} holds another row than {source}")
        begin += length


def features():
    names = [f"{joint}.pos" for joint in JOINTS]
    return {
        name: {"dtype": "float32", "shape": (6,), "names": list(names)} for name in ("action", "observation.state")
    }


def add_episode(dataset, task, rows):
    for row in range(rows):
        turn = np.array([math.sin(row / FPS * (joint + 1) + dataset.num_episodes) for joint in range(6)])
        dataset.add_frame(
            {
                "action": (turn * 40).astype(np.float32),
                "observation.state": (turn * 40 - 1).astype(np.float32),
                "task": task,
            }
        )
    dataset.save_episode()


def resume(root):
    if hasattr(LeRobotDataset, "resume"):
        dataset = LeRobotDataset.resume(REPO_ID, root=root)
    else:
        dataset = LeRobotDataset(REPO_ID, root=root)  # What lerobot-record --resume did in 0.4.
    if dataset.meta.camera_keys:
        print("  it has cameras, so no episode of states and actions can be added")
        return
    before = dataset.num_episodes
    add_episode(dataset, "A task of LeRobot's", 25)
    dataset.finalize()
    same("episodes after resuming", before + 1, dataset.num_episodes)
    print(f"  LeRobot {version()} resumed it and added episode {before}")


def create(root):
    dataset = LeRobotDataset.create(
        REPO_ID, fps=FPS, features=features(), root=root, robot_type="so_follower", use_videos=False
    )
    add_episode(dataset, "A task of LeRobot's", 40)
    add_episode(dataset, "Noch eine Aufgabe — größer", 17)
    dataset.finalize()
    print(f"  LeRobot {version()} created a dataset of 2 episodes")


def version():
    return importlib.metadata.version("lerobot")


def main():
    verbs = {"load": (load, 2), "resume": (resume, 1), "create": (create, 1)}
    verb, *arguments = sys.argv[1:] or [""]
    if verb not in verbs or len(arguments) != verbs[verb][1]:
        sys.exit(__doc__)
    verbs[verb][0](*arguments)


if __name__ == "__main__":
    main()
