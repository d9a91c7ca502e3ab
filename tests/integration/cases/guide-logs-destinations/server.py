# A syslog server, `udp` or `tcp`, at a port of this machine: appends what it gets to a file, one message to a line.
import socket
import sys

kind, port, out = sys.argv[1], int(sys.argv[2]), open(sys.argv[3], "ab", buffering=0)
if kind == "udp":
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", port))
    out.write(b"listening\n")
    while True:
        out.write(server.recv(1 << 16) + b"\n")
client = socket.create_server(("127.0.0.1", port)).accept()[0]
stream = client.makefile("rb")
while size := stream.read(1):
    while not size.endswith(b" "):
        size += stream.read(1)
    out.write(stream.read(int(size)) + b"\n")
