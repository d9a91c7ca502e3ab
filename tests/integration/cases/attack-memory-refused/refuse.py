"""Refuses memory to supervisord, see tests/tools/refuse_memory.cpp: refuse.py SOCKET ORDERS."""
import json
import mmap
import socket
import struct
import sys

SOCKET, ORDERS = sys.argv[1], sys.argv[2]
PATIENCE = 30.0
SHORTAGES = ((1, 60), (3, 12), (40, 3))  # How many allocations in a row are refused, and from how many points of the operation on.
NEVER = 1 << 62
OPERATIONS = {
    "Ping": {},
    "Status": {"names": []},
    "Show": {"names": ["web"]},
    "Env": {"name": "web"},
    "Tree": {"names": []},
    "Features": {},
    "Events": {"names": []},
    "Logs": {"names": ["web"], "lines": 5},
    "Explain": {"name": "web"},
    "Signal": {"names": ["front"], "signal": "WINCH"},
    "Restart": {"names": ["web"]},
    "Stop": {"names": ["web"]},
    "Start": {"names": ["front"]},
}
with open(ORDERS, "r+b") as file:
    memory = mmap.mmap(file.fileno(), 24)


def refuse(first, count):
    """The `count` allocations after the next `first` ones fail."""
    memory[:] = struct.pack("qqq", NEVER, 0, 0)  # Not one of them, while the numbers are written one by one.
    memory[8:] = struct.pack("qq", first, count)
    memory[:8] = struct.pack("q", 0)


def made():
    return struct.unpack("q", memory[:8])[0]


def call(name):
    """The last reply; None if the connection ended without one."""
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(PATIENCE)
        try:
            client.connect(SOCKET)
            asked = {"method": f"io.supervisord.{name}", "parameters": OPERATIONS[name], "more": name in ("Events", "Logs")}
            client.sendall(json.dumps(asked).encode() + b"\0")
            data = b""
            while True:
                part = client.recv(1 << 16)
                if not part:
                    return None
                data += part
                if data.endswith(b"\0") and not (reply := json.loads(data.split(b"\0")[-2])).get("continues"):
                    return reply
        except (BrokenPipeError, ConnectionResetError):
            return None


def failures(reply):
    return [r["failure"] for r in reply.get("parameters", {}).get("results", []) if r.get("failure")]


def is_refused_with_reason(reply):
    text = json.dumps(reply)
    return reply is None or "memory" in text or "started again" in text


def is_good(reply):
    return reply is not None and "error" not in reply and not failures(reply)


def attack(name):
    """How many allocations it makes, and how often it was refused."""
    refuse(0, 0)
    if not is_good(reply := call(name)):
        sys.exit(f"{name} does not work: {reply}")
    total, refused = made(), 0
    for length, points in SHORTAGES:
        for first in sorted({total * point // points for point in range(points)}):
            refuse(first, length)
            reply = call(name)
            refuse(0, 0)
            refused += not is_good(reply)
            if not is_good(reply) and not is_refused_with_reason(reply):
                sys.exit(f"{name}, {length} refused after {first}: {reply}")
            if not is_good(again := call("Ping")) or not is_good(again := call(name)):
                sys.exit(f"{name}, tried again after {length} refused after {first}: {again}")
    return total, refused


for operation in OPERATIONS:
    print(operation, *attack(operation), flush=True)
