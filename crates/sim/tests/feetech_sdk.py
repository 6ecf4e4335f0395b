"""Checks a chain of STS3215 with Feetech's own Python SDK, a client that knows nothing of Tendon.

    python -m venv venv && venv/bin/pip install feetech-servo-sdk
    venv/bin/python feetech_sdk.py PORT

Pings, reads, group-reads, writes and group-writes every motor from 1 to 6. It moves the arm by a few degrees. Prints
one line per check and ends with status 0 when all of them held, 1 when one did not, 2 when the SDK is missing.
"""

import sys
import time

IDS = [1, 2, 3, 4, 5, 6]
BAUD = 1_000_000
MODEL = 777
ADDRESS = {
    "model": (3, 2),
    "id": (5, 1),
    "min": (9, 2),
    "max": (11, 2),
    "torque": (40, 1),
    "acceleration": (41, 1),
    "goal": (42, 2),
    "lock": (55, 1),
    "position": (56, 2),
    "voltage": (62, 1),
    "temperature": (63, 1),
}

failures = 0


def check(what, held, detail=""):
    global failures
    print(f"{'ok  ' if held else 'FAIL'} {what}{f': {detail}' if detail else ''}", flush=True)
    failures += not held


def main(port_path):
    try:
        import scservo_sdk as sdk
    except ImportError:
        print("feetech-servo-sdk is not installed: pip install feetech-servo-sdk", file=sys.stderr)
        return 2

    port = sdk.PortHandler(port_path)
    if not port.openPort() or not port.setBaudRate(BAUD):
        print(f"cannot open {port_path} at {BAUD} baud", file=sys.stderr)
        return 1
    packet = sdk.PacketHandler(0)

    def read(motor, name):
        address, size = ADDRESS[name]
        ask = packet.read1ByteTxRx if size == 1 else packet.read2ByteTxRx
        value, result, error = ask(port, motor, address)
        return value if result == sdk.COMM_SUCCESS and error == 0 else None

    def write(motor, name, value):
        address, size = ADDRESS[name]
        tell = packet.write1ByteTxRx if size == 1 else packet.write2ByteTxRx
        result, error = tell(port, motor, address, value)
        return result == sdk.COMM_SUCCESS and error == 0

    # The SDK has no broadcast ping of its own; its packets and its port make one.
    packet.txPacket(port, [0, 0, sdk.BROADCAST_ID, 2, sdk.INST_PING, 0])
    time.sleep(0.05)
    heard = bytes(port.readPort(250))
    port.is_using = False
    found = [heard[at + 2] for at in range(0, len(heard) - 5, 6) if heard[at : at + 2] == b"\xff\xff"]
    check("broadcast ping finds every motor", sorted(found) == IDS, f"{sorted(found)}")

    for motor in IDS:
        model, result, error = packet.ping(port, motor)
        check(f"ping {motor}", (model, result, error) == (MODEL, sdk.COMM_SUCCESS, 0), f"model {model}")
        check(f"read id {motor}", read(motor, "id") == motor)
        volts, celsius = read(motor, "voltage"), read(motor, "temperature")
        check(f"read voltage {motor}", volts is not None and 40 <= volts <= 130, f"{volts} x 0.1 V")
        check(f"read temperature {motor}", celsius is not None and 10 <= celsius <= 65, f"{celsius} C")

    _, result, _ = packet.ping(port, 77)
    check("a motor that is not there does not answer", result == sdk.COMM_RX_TIMEOUT)

    def group_read(name):
        address, size = ADDRESS[name]
        group = sdk.GroupSyncRead(port, packet, address, size)
        for motor in IDS:
            group.addParam(motor)
        if group.txRxPacket() != sdk.COMM_SUCCESS:
            return None
        if not all(group.isAvailable(motor, address, size) for motor in IDS):
            return None
        return {motor: group.getData(motor, address, size) for motor in IDS}

    positions = group_read("position")
    check("group read of positions", positions is not None, f"{positions}")
    if positions is None:
        return 1
    singles = {motor: read(motor, "position") for motor in IDS}
    near = all(singles[m] is not None and abs(singles[m] - positions[m]) <= 2 for m in IDS)
    check("single reads agree with the group", near, f"{singles}")

    goals = {}
    for motor in IDS:
        low, high = read(motor, "min"), read(motor, "max")
        step = 60 if positions[motor] < (low + high) / 2 else -60
        goals[motor] = min(max(positions[motor] + step, low + 10), high - 10)
        check(f"write acceleration {motor}", write(motor, "acceleration", 50))
        check(f"read back acceleration {motor}", read(motor, "acceleration") == 50)
        check(f"write goal {motor}", write(motor, "goal", positions[motor]))
        check(f"torque on {motor}", write(motor, "torque", 1) and read(motor, "torque") == 1)

    address, size = ADDRESS["goal"]
    group = sdk.GroupSyncWrite(port, packet, address, size)
    for motor in IDS:
        group.addParam(motor, [sdk.SCS_LOBYTE(goals[motor]), sdk.SCS_HIBYTE(goals[motor])])
    check("group write of goals", group.txPacket() == sdk.COMM_SUCCESS, f"{goals}")
    check("goals arrived", group_read("goal") == goals)
    time.sleep(1.5)
    reached = group_read("position") or {}
    # Gravity pulls: a motor with P 16 stands up to 6 degrees (64 ticks) beside its goal.
    close = all(abs(reached.get(motor, -999) - goals[motor]) <= 70 for motor in IDS)
    moved = sum(abs(reached.get(motor, 0) - positions[motor]) > 10 for motor in IDS)
    check("the arm went where it was told", close and moved >= 4, f"{reached}")

    for motor in IDS:
        address, size = ADDRESS["goal"]
        target = positions[motor]
        result, error = packet.regWriteTxRx(port, motor, address, size, [sdk.SCS_LOBYTE(target), sdk.SCS_HIBYTE(target)])
        check(f"deferred write {motor}", result == sdk.COMM_SUCCESS and error == 0)
    check("deferred goals wait", group_read("goal") == goals)
    check("action", packet.action(port, sdk.BROADCAST_ID) == sdk.COMM_SUCCESS)
    check("deferred goals act", group_read("goal") == positions)

    for motor in IDS:
        check(f"torque off {motor}", write(motor, "torque", 0) and write(motor, "lock", 0))
        check(f"torque reads off {motor}", read(motor, "torque") == 0 and read(motor, "lock") == 0)
    port.closePort()
    print(f"{failures} failed" if failures else "all held")
    return 1 if failures else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    sys.exit(main(sys.argv[1]))
