# keep.py DIR NAME: a service that has descriptors kept by sd_notify. What it finds goes to DIR/NAME.found, a line "NAME=WHAT" each; then it does
# what comes through the FIFO DIR/NAME.do, line by line, and when supervisord has read that, adds a line to DIR/NAME.done:
#
#   memory NAME TEXT [MORE]   stores a memory file with this text; MORE are further assignments
#   many NAME COUNT           stores so many of them with one message
#   again NAME                stores once more what is called so already
#   pair NAME [MORE]          stores one end of a socket pair; hangup NAME closes the other
#   listen NAME PORT          stores a listening socket, which accept NAME answers once
#   send TEXT                 sends this with a descriptor, and says in DIR/NAME.sent whether it is open still when that was read
#   say TEXT                  sends this alone; ; stands for a newline
import os, socket, sys

folder, name = sys.argv[1:3]
address = os.environ["NOTIFY_SOCKET"]
channel = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
channel.connect("\0" + address[1:] if address[0] == "@" else address)
mine, others = {}, {}

def say(text, fds=()):
    socket.send_fds(channel, [text.replace(";", "\n").encode()], list(fds))

def barrier():
    out, inside = os.pipe()
    socket.send_fds(channel, [b"BARRIER=1"], [inside])
    os.close(inside)
    os.read(out, 1)
    os.close(out)

def memory(text):
    fd = os.memfd_create("state")
    os.write(fd, text.encode())
    return fd

def store(called, fds, more=()):
    mine[called] = fds[0]
    say("\n".join(["FDSTORE=1"] + ([f"FDNAME={called}"] if called != "-" else []) + list(more)), fds)

def what(fd):
    target = os.readlink(f"/proc/self/fd/{fd}")
    return os.pread(fd, 100, 0).decode() if target.startswith("/memfd:") else target.split(":")[0]

def find():
    if os.environ.get("LISTEN_PID") != str(os.getpid()): return
    for i, called in enumerate(os.environ["LISTEN_FDNAMES"].split(":")): yield called, 3 + i

with open(f"{folder}/{name}.found.new", "w") as out:
    found = list(find())
    assert len(found) == int(os.environ.get("LISTEN_FDS", "0"))
    for called, fd in found:
        out.write(f"{called}={what(fd)}\n")
        mine[called] = fd
    out.write(f"FDSTORE={os.environ.get('FDSTORE')}\n")
os.rename(f"{folder}/{name}.found.new", f"{folder}/{name}.found")

def do(verb, called="", *rest):
    if verb == "memory": store(called, [memory(rest[0])], rest[1:])
    elif verb == "many": store(called, [memory(str(i)) for i in range(int(rest[0]))])
    elif verb == "again": store(called, [mine[called]])
    elif verb == "pair":
        others[called], ours = socket.socketpair()
        store(called, [ours.detach()], rest)
    elif verb == "hangup": others.pop(called).close()
    elif verb == "listen":
        listener = socket.create_server(("127.0.0.1", int(rest[0])))
        store(called, [listener.detach()])
    elif verb == "accept":
        client = socket.socket(fileno=os.dup(mine[called])).accept()[0]
        client.sendall(f"{os.getpid()}\n".encode())
    elif verb == "send":
        end, ours = socket.socketpair()
        say(called, [ours.fileno()])
        ours.close()
        barrier()
        end.setblocking(False)
        try: state = "closed" if end.recv(1) == b"" else "odd"
        except BlockingIOError: state = "open"
        with open(f"{folder}/{name}.sent", "w") as out: out.write(state)
    elif verb == "say": say(called)

say("READY=1")
while True:
    with open(f"{folder}/{name}.do") as lines:
        for line in lines:
            do(*line.split())
            barrier()
            with open(f"{folder}/{name}.done", "a") as done: done.write(line)
