"""Starts and stops the service web: rounds.py SOCKET ROUNDS."""
import json
import socket
import sys

with socket.socket(socket.AF_UNIX) as client:
    client.settimeout(60)
    client.connect(sys.argv[1])
    for number in range(int(sys.argv[2])):
        for verb in "Start", "Stop":
            client.sendall(json.dumps({"method": f"io.supervisord.{verb}", "parameters": {"names": ["web"]}}).encode() + b"\0")
            data = b""
            while not data.endswith(b"\0"):
                if not (part := client.recv(1 << 16)):
                    sys.exit(f"{verb} {number}: no answer")
                data += part
            result = json.loads(data[:-1])["parameters"]["results"][0]
            if result["outcome"] != "done":
                sys.exit(f"{verb} {number}: {result}")
