"""LeRobot's side of the talk: loads a dataset and compares every row, resumes one, creates one.

    lerobot_side.py load DATASET TOLD.json    compare with what our reader told, and every picture with ours
    lerobot_side.py resume DATASET            add an episode, as lerobot-record --resume does
    lerobot_side.py create DATASET            a dataset of states and actions, two episodes
    lerobot_side.py films DATASET             the same with two cameras, as films
    lerobot_side.py images DATASET            the same with two cameras, as pictures in the table

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

logging.disable(logging.WARNING)  # What is missing of FFmpeg fills pages; who decodes is said below.

import numpy as np  # noqa: E402
from lerobot.datasets.lerobot_dataset import LeRobotDataset  # noqa: E402

REPO_ID = "local/interop"
FPS = 30
WIDTH, HEIGHT = 320, 240
CAMERAS = ["front", "wrist"]
# Mean colours of a twelfth of a picture, of 1: decoders differ in how they spread colours over pixels, not by more.
NEAR = 0.02
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
    if dataset.meta.camera_keys:
        same_pictures(root, dataset, told)
    print(f"  LeRobot {version()} reads {len(rows)} rows and {len(told['lengths'])} episodes as we do")


def backends(dataset):
    """Every way LeRobot has to decode that works here; pictures in the table need none."""
    if not dataset.meta.video_keys:
        return [None]
    found = []
    for name in ("torchcodec", "pyav"):
        try:
            loaded = LeRobotDataset(REPO_ID, root=dataset.root, video_backend=name)
            loaded[0]
            found.append(name)
        except Exception as error:  # A decoder that is not installed raises whatever it likes.
            text = str(error).strip()
            print(f"  LeRobot's decoder {name} does not work here: {text.splitlines()[0] if text else type(error)}")
    if "pyav" not in found and "torchcodec" not in found:
        fail("no decoder of LeRobot's works here, so no picture was compared")
    return found


def fields(picture, across, down):
    """Mean colours of each field, as our side tells them. `picture` is channels, height, width, 0 to 1."""
    _, height, width = picture.shape
    means = []
    for row in range(down):
        for column in range(across):
            part = picture[
                :,
                row * height // down : (row + 1) * height // down,
                column * width // across : (column + 1) * width // across,
            ]
            means.extend(part.mean(axis=(1, 2)))
    return np.array(means)


def same_pictures(root, dataset, told):
    across, down = told["fields"]
    episodes = [row["episode_index"] for row in told["rows"]]
    for backend in backends(dataset):
        options = {"video_backend": backend} if backend else {}
        loaded = LeRobotDataset(REPO_ID, root=root, **options)
        worst = 0.0
        seen = {}
        for position, row in enumerate(told["rows"]):
            sample = loaded[position]
            for camera in dataset.meta.camera_keys:
                picture = sample[camera].numpy()
                ours = np.array(row["pictures"][camera])
                off = np.abs(fields(picture, across, down) - ours).max()
                worst = max(worst, off)
                if off > NEAR:
                    fail(f"{camera} of row {position} with {backend}: a field is {off:.3f} off")
                seen.setdefault((episodes[position], camera), []).append(picture)
        same_colours(dataset, seen, exact=backend is None)
        who = f"decoded by {backend}" if backend else "from the table"
        print(f"  every picture of {len(told['rows'])} rows, {who}, is ours within {worst:.4f}")


def same_colours(dataset, seen, exact):
    """The statistics of each episode's pictures as LeRobot's own function takes them from the pictures it decoded."""
    import pyarrow.parquet as pq
    from lerobot.datasets.compute_stats import (
        auto_downsample_height_width,
        estimate_num_samples,
        get_feature_stats,
    )

    files = sorted((dataset.root / "meta/episodes").glob("*/*.parquet"))
    written = [row for path in files for row in pq.read_table(path).to_pylist()]
    for (episode, camera), pictures in seen.items():
        pixels = np.stack([auto_downsample_height_width(np.rint(picture * 255)) for picture in pictures])
        # Not as bytes: LeRobot 0.4.4 squares them as such, so that its own deviation of pictures is wrong. Not as float32:
        # the sum of a minute's pixels loses hundredths of their mean in it.
        pixels = pixels.astype(np.float64)
        theirs = get_feature_stats(pixels, axis=(0, 2, 3), keepdims=True)
        count = int(written[episode][f"stats/{camera}/count"][0])
        # Pictures, as LeRobot counts what it staged, or pixels, where the dataset began while streaming.
        pictures = estimate_num_samples(pixels.shape[0])
        if count not in (pixels.shape[0] * pixels.shape[2] * pixels.shape[3], pictures):
            fail(f"{camera} of episode {episode}: {count} were counted of {pixels.shape}")
        for name in ("min", "max", "mean", "std", "q01", "q10", "q50", "q90", "q99"):
            ours = np.array(written[episode][f"stats/{camera}/{name}"])
            expected = np.squeeze(theirs[name], axis=0) / 255.0
            same(f"shape of {name} of {camera}", ours.shape, expected.shape)
            # A codec moves single pixels, so that extremes differ more than means.
            allowed = 1e-3 if exact else 0.02 if name in ("mean", "std") else 0.08
            off = np.abs(ours - expected).max()
            if off > allowed:
                fail(f"{name} of {camera} in episode {episode}: written {ours.ravel()}, taken {expected.ravel()}")


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


def features(kind=None):
    names = [f"{joint}.pos" for joint in JOINTS]
    all_of_them = {
        name: {"dtype": "float32", "shape": (6,), "names": list(names)} for name in ("action", "observation.state")
    }
    for camera in CAMERAS if kind else []:
        shape = (HEIGHT, WIDTH, 3)
        axes = ["height", "width", "channels"]
        all_of_them[f"observation.images.{camera}"] = {"dtype": kind, "shape": shape, "names": axes}
    return all_of_them


def draw(shape, camera, turn):
    """A soft picture whose colours say where and when it was taken."""
    height, width, _ = shape
    y, x = np.mgrid[0:height, 0:width]
    waves = [x / 60 + turn, y / 45 + turn + 2 * camera, (x - y) / 50 + camera]
    return np.stack([128 + 100 * np.sin(wave) for wave in waves], axis=-1).astype(np.uint8)


def add_episode(dataset, task, rows):
    for row in range(rows):
        turn = np.array([math.sin(row / FPS * (joint + 1) + dataset.num_episodes) for joint in range(6)])
        frame = {
            "action": (turn * 40).astype(np.float32),
            "observation.state": (turn * 40 - 1).astype(np.float32),
            "task": task,
        }
        for number, key in enumerate(dataset.meta.camera_keys):
            shape = tuple(dataset.features[key]["shape"])
            frame[key] = draw(shape, number, row * 0.15 + dataset.num_episodes)
        dataset.add_frame(frame)
    dataset.save_episode()


def resume(root):
    if hasattr(LeRobotDataset, "resume"):
        dataset = LeRobotDataset.resume(REPO_ID, root=root)
    else:
        dataset = LeRobotDataset(REPO_ID, root=root)  # What lerobot-record --resume did in 0.4.
    before = dataset.num_episodes
    add_episode(dataset, "A task of LeRobot's", 25)
    dataset.finalize()
    same("episodes after resuming", before + 1, dataset.num_episodes)
    print(f"  LeRobot {version()} resumed it and added episode {before}")


def create(root, kind=None):
    dataset = LeRobotDataset.create(
        REPO_ID,
        fps=FPS,
        features=features(kind),
        root=root,
        robot_type="so_follower",
        use_videos=kind == "video",
    )
    add_episode(dataset, "A task of LeRobot's", 40)
    add_episode(dataset, "Noch eine Aufgabe — größer", 17)
    dataset.finalize()
    print(f"  LeRobot {version()} created a dataset of 2 episodes")


def films(root):
    create(root, "video")


def images(root):
    create(root, "image")


def version():
    return importlib.metadata.version("lerobot")


def main():
    verbs = {
        "load": (load, 2),
        "resume": (resume, 1),
        "create": (create, 1),
        "films": (films, 1),
        "images": (images, 1),
    }
    verb, *arguments = sys.argv[1:] or [""]
    if verb not in verbs or len(arguments) != verbs[verb][1]:
        sys.exit(__doc__)
    verbs[verb][0](*arguments)


if __name__ == "__main__":
    main()
