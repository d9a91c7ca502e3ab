# say.py SCRIPT...: says and does one thing after another. A word with = is sent to NOTIFY_SOCKET, wait:FILE waits until the file is there,
# barrier waits until all that was sent is read, end:CODE ends, quiet waits for signals; on HUP what is in ON_HUP is done.
import os, signal, socket, sys, time

address = os.environ["NOTIFY_SOCKET"]
if address[0] == "@": address = "\0" + address[1:]
channel = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
channel.connect(address)

def do(word):
    if word.startswith("wait:"):
        while not os.path.exists(word[5:]): time.sleep(0.01)
    elif word == "barrier":
        out, inside = os.pipe()
        socket.send_fds(channel, [b"BARRIER=1"], [inside])
        os.close(inside)
        os.read(out, 1)
    elif word.startswith("end:"):
        os._exit(int(word[4:]))
    elif word == "quiet":
        while True: signal.pause()
    elif word.startswith("touch:"):
        open(word[6:], "w").close()
    else:
        channel.send(word.encode().replace(b"\\n", b"\n").replace(b"\\0", b"\0"))

signal.signal(signal.SIGHUP, lambda *_: [do(word) for word in os.environ.get("ON_HUP", "").split()])
for word in sys.argv[1:]: do(word)
