"""Children that do what they can to be nobody's: escapes.py READY. Each becomes a `sleep 968N`; their commands are written to READY."""
import ctypes
import fcntl
import os
import signal
import subprocess
import sys
import termios
import time

PR_SET_CHILD_SUBREAPER = 36
libc = ctypes.CDLL(None)


def close_all():
    os.closerange(0, 4096)


def take_a_terminal():
    master, slave = os.openpty()
    os.set_inheritable(master, True)
    os.setsid()
    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
    for fd in range(3):
        os.dup2(slave, fd)
    os.close(os.open("/dev/tty", os.O_RDWR))
    signal.signal(signal.SIGHUP, signal.SIG_IGN)


def leave_the_parent():
    if os.fork():
        os._exit(0)
    os.setsid()
    if os.fork():
        os._exit(0)


def join_another_group():
    os.setpgid(0, os.getppid())  # Beside the main process, as a shell's job would.


def move_to_another_cgroup():
    with open("/proc/self/mounts", encoding="utf-8") as mounts:
        place = next(line.split()[1] for line in mounts if line.split()[2] == "cgroup2")
    with open(f"{place}/cgroup.procs", "w", encoding="ascii") as file:
        file.write("0")
    os.setsid()


def become_another_user():
    os.setsid()
    os.setuid(65534)


def adopt_orphans():
    libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    os.setsid()
    if os.fork() == 0:
        leave_the_parent()
        os.environ.clear()
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    else:
        time.sleep(0.1)


def make_a_pid_namespace():
    os.execvp("unshare", ["unshare", "-Urpf", *command])


ready, wanted = sys.argv[1], []
for number, escape in enumerate((close_all, take_a_terminal, leave_the_parent, join_another_group, move_to_another_cgroup, become_another_user,
                                 adopt_orphans, make_a_pid_namespace), 1):
    if escape in (move_to_another_cgroup, become_another_user) and os.geteuid() != 0:
        continue
    if escape is make_a_pid_namespace and subprocess.run(["unshare", "-Urpf", "true"], stderr=subprocess.DEVNULL, check=False).returncode:
        continue
    command = ["sleep", f"968{number}"]
    if os.fork() == 0:
        try:
            escape()
        except (OSError, StopIteration):
            pass  # Not allowed here: then it is a child like any other.
        os.execvpe(command[0], command, os.environ)
    wanted.append(" ".join(command))
with open(ready, "w", encoding="ascii") as file:
    file.write("\n".join(wanted) + "\n")
while True:
    signal.pause()
