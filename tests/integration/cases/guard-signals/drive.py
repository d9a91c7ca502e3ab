"""Starts supervisord on a terminal of its own, presses Ctrl-C when its service is ready, and prints all that it said."""
import fcntl, os, pty, select, sys, termios, time

SCALE = float(os.environ.get("SUP_TIME_SCALE", "1"))
ready = os.path.join(os.path.dirname(sys.argv[-1]), "ready")
master, slave = pty.openpty()
pid = os.fork()
if pid == 0:
    os.setsid()
    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
    for fd in range(3):
        os.dup2(slave, fd)
    os.execv(sys.argv[1], sys.argv[1:])
os.close(slave)
said, pressed, deadline = b"", False, time.monotonic() + 20 * SCALE
while time.monotonic() < deadline:
    if not pressed and os.path.exists(ready):
        os.write(master, b"\x03")
        pressed = True
    if select.select([master], [], [], 0.02)[0]:
        try:
            said += os.read(master, 65536)
        except OSError:  # Nobody has it open any more.
            break
_, status = os.waitpid(pid, 0)
sys.stdout.buffer.write(said)
sys.exit(os.waitstatus_to_exitcode(status))
