"""Checks the remote removal of backgrounds against a real rembg server, a program that knows nothing of Tendon.

    python3 crates/studio/tests/rembg_server.py [FOLDER]

Makes a virtual environment in FOLDER (kept for the next time; a temporary one where nothing is said), installs rembg
2.0.86 there, starts its server on the loopback with a small network of its own making, and runs the example
`against_rembg`, which asks it. Ends with status 0 when every check held. Wants Python 3.11 or newer, cargo, and, the
first time, a network.
"""

import os
import pathlib
import socket
import struct
import subprocess
import sys
import tempfile
import time
import urllib.request

REMBG = "rembg[cpu,cli]==2.0.86"
SIDE = 320
PATIENCE_S = 600


def varint(value):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def number(field, value):
    return varint(field << 3) + varint(value)


def data(field, value):
    value = value.encode() if isinstance(value, str) else value
    return varint(field << 3 | 2) + varint(len(value)) + value


def tensor(name, shape, values):
    sides = b"".join(number(1, side) for side in shape)
    return sides + number(2, 1) + data(8, name) + data(9, struct.pack(f"<{len(values)}f", *values))


def value(name, shape):
    sides = b"".join(data(1, number(1, side)) for side in shape)
    return data(1, name) + data(2, data(1, number(1, 1) + data(2, sides)))


def node(kind, inputs, output):
    return b"".join(data(1, name) for name in inputs) + data(2, output) + data(3, output) + data(4, kind)


def network():
    """An ONNX file: how red and blue a pixel is and how little green, blurred over three pixels, between 0 and 1."""
    shares = [0.5, -0.2, 0.8]
    weights = [share / 9 for share in shares for _ in range(9)]
    convolution = node("Conv", ["picture", "weights", "bias"], "sum")
    # Three numbers for `pads` alone would not do: one at each of four sides.
    pads = data(1, "pads") + b"".join(number(8, 1) for _ in range(4)) + number(20, 7)
    graph = b"".join(
        [
            data(1, convolution + data(5, pads)),
            data(1, node("Sigmoid", ["sum"], "mask")),
            data(2, "network"),
            data(5, tensor("weights", [1, 3, 3, 3], weights)),
            data(5, tensor("bias", [1], [0.1])),
            data(11, value("picture", [1, 3, SIDE, SIDE])),
            data(12, value("mask", [1, 1, SIDE, SIDE])),
        ]
    )
    return number(1, 8) + data(8, data(1, "") + number(2, 13)) + data(7, graph)


def run(*command, **options):
    print("$", *command, flush=True)
    return subprocess.run(command, check=True, **options)


def installed(folder):
    venv = folder / "venv"
    rembg = venv / ("Scripts" if os.name == "nt" else "bin") / "rembg"
    if not rembg.exists():
        run(sys.executable, "-m", "venv", str(venv))
        run(str(rembg.with_name("python")), "-m", "pip", "install", "-q", REMBG)
    return rembg


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(address, server):
    # A proxy that stands before other machines does not stand before this one.
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for _ in range(PATIENCE_S * 5):
        if server.poll() is not None:
            return False
        try:
            with direct.open(f"{address}/openapi.json", timeout=2) as reply:
                return reply.status == 200
        except OSError:
            time.sleep(0.2)
    return False


def check(folder):
    rembg = installed(folder)
    # rembg takes a file of one's own only from the folder that is its home.
    model = folder / "colours.onnx"
    model.write_bytes(network())
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    quiet = {"BROWSER": "true", "U2NET_HOME": str(folder), "NO_PROXY": "127.0.0.1"}
    server = subprocess.Popen(
        [str(rembg), "s", "-h", "127.0.0.1", "-p", str(port), "-l", "warning", "--no-ui"],
        env=os.environ | quiet,
        cwd=folder,
    )
    try:
        if not answers(address, server):
            print("the rembg server did not start", file=sys.stderr)
            return 1
        workspace = pathlib.Path(__file__).resolve().parents[3]
        cargo = os.environ.get("CARGO", "cargo")
        command = [cargo, "run", "-q", "-p", "studio", "--example", "against_rembg", "--"]
        asked = subprocess.run([*command, address, str(model)], cwd=workspace)
        return asked.returncode
    finally:
        server.terminate()
        server.wait()


def main():
    if len(sys.argv) > 1:
        folder = pathlib.Path(sys.argv[1]).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        return check(folder)
    with tempfile.TemporaryDirectory() as folder:
        return check(pathlib.Path(folder))


if __name__ == "__main__":
    sys.exit(main())
