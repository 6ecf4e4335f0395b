"""Loads every saved episode of a dataset, in whatever state a crash left the folder, with pyarrow and nothing of ours.

    saved_episodes.py DATASET

Prints one line of JSON with the episodes and rows that `meta/info.json` counts and that were all read. Ends with 1
and a sentence when something that counts as saved does not load. Needs only pyarrow.
"""

import json
import sys
from pathlib import Path


def fail(message):
    sys.exit(f"FAILED: {message}")


def tables(pattern, root):
    """As LeRobot does: every file of that name, by path. One that is not readable fails the whole dataset."""
    import pyarrow.parquet as pq

    found = []
    for path in sorted(root.glob(pattern)):
        try:
            found.append((path, pq.ParquetFile(path).read()))
        except Exception as error:
            fail(f"{path.relative_to(root)} does not load: {error}")
    return found


def film_of(root, info, episode, key):
    number, place = episode["episode_index"], f"videos/{key}"
    path = root / info["video_path"].format(
        video_key=key, chunk_index=episode[f"{place}/chunk_index"], file_index=episode[f"{place}/file_index"]
    )
    if not path.exists():
        fail(f"episode {number} has no film {path.relative_to(root)}")
    seconds = episode[f"{place}/to_timestamp"] - episode[f"{place}/from_timestamp"]
    if round(seconds * info["fps"]) != episode["length"]:
        fail(f"{seconds} s of {key} for the {episode['length']} rows of episode {number}")


def check(root):
    info_path = root / "meta/info.json"
    if not info_path.exists():
        # Nothing was ever saved: the dataset was being created.
        return {"episodes": 0, "rows": 0}
    info = json.loads(info_path.read_text(encoding="utf-8"))
    episodes = [row for _, table in tables("meta/episodes/*/*.parquet", root) for row in table.to_pylist()]
    data = tables("data/*/*.parquet", root)
    tasks = []
    if info["total_tasks"] > 0:
        found = tables("meta/tasks.parquet", root)
        if not found:
            fail("meta/tasks.parquet is missing")
        if b"pandas" not in (found[0][1].schema.metadata or {}):
            fail("meta/tasks.parquet does not name its index")
        tasks = found[0][1].to_pylist()
        for position, row in enumerate(tasks):
            if row["task_index"] != position:
                fail(f"task {position} has the index {row['task_index']}")
    if len(episodes) < info["total_episodes"]:
        fail(f"{info['total_episodes']} episodes are counted, {len(episodes)} are there")

    columns = {name for name, feature in info["features"].items() if feature["dtype"] != "video"}
    rows = []
    for path, table in data:
        if set(table.column_names) != columns:
            fail(f"{path.relative_to(root)} has the columns {sorted(table.column_names)}")
        names = ["index", "episode_index", "frame_index", "timestamp", "task_index"]
        picked = [table.column(name).to_pylist() for name in names]
        rows.extend(zip(*picked, strict=True))
        for name in ("action", "observation.state"):
            if name in columns:
                table.column(name).to_pylist()
    if len(rows) < info["total_frames"]:
        fail(f"{info['total_frames']} rows are counted, {len(rows)} are there")

    begin = 0
    for number in range(info["total_episodes"]):
        episode = episodes[number]
        span = (episode["dataset_from_index"], episode["dataset_to_index"])
        if episode["episode_index"] != number or span != (begin, begin + episode["length"]):
            fail(f"metadata row {number} is episode {episode['episode_index']} with rows {span}")
        for frame in range(episode["length"]):
            index, of_episode, frame_index, timestamp, task_index = rows[begin + frame]
            expected = (begin + frame, number, frame)
            if (index, of_episode, frame_index) != expected:
                fail(f"row {begin + frame} is {(index, of_episode, frame_index)} instead of {expected}")
            if abs(timestamp - frame / info["fps"]) > 1e-4:
                fail(f"row {index} has the timestamp {timestamp}")
            if not 0 <= task_index < len(tasks):
                fail(f"row {index} has the task {task_index} of {len(tasks)}")
        for key, feature in info["features"].items():
            if feature["dtype"] == "video":
                film_of(root, info, episode, key)
        begin += episode["length"]
    if begin != info["total_frames"]:
        fail(f"{info['total_frames']} rows are counted, the episodes have {begin}")
    stats_path = root / "meta/stats.json"
    if stats_path.exists():
        json.loads(stats_path.read_text(encoding="utf-8"))
    return {"episodes": info["total_episodes"], "rows": begin}


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    print(json.dumps(check(Path(sys.argv[1]))))
