# stranger.py ADDRESS store|crowd|storm: sends what it may not to the socket of a service: one descriptor to keep; as many as a message can have;
# thousands of messages with some. That supervisord does not read fast enough is no failure. It stays until all that it has sent is read: who
# has gone by then, of the same user, is not known as a stranger.
import errno, os, socket, sys, time

address, what = sys.argv[1:3]
channel = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
channel.connect("\0" + address[1:] if address[0] == "@" else address)
channel.setblocking(False)
fd = os.memfd_create("foreign")

def say(text, fds):
    try:
        socket.send_fds(channel, [text.encode()], fds)
        return True
    except OSError as error:
        if error.errno not in (errno.EAGAIN, errno.ENOBUFS, errno.ETOOMANYREFS): raise
        return False

if what == "store": say("FDSTORE=1\nFDNAME=a", [fd])
if what == "crowd": say("FDSTORE=1\nFDNAME=crowd", [fd] * 253)
if what == "storm": print(sum(say(f"FDSTORE=1\nFDNAME=s{i}", [fd] * (i % 17)) for i in range(5000)), "were taken")

end, other_end = os.pipe()
while not say("BARRIER=1", [other_end]): time.sleep(0.01)
os.close(other_end)
os.read(end, 1)
