"""Sits at the terminal of a container, as docker run -it makes one: its PID 1 leads a session that has it."""
import glob, os, pty, select, subprocess, sys, time

SCALE = float(os.environ.get("SUP_TIME_SCALE", "1"))
master, slave = pty.openpty()
container = subprocess.Popen(
    ["unshare", "-Urpf", "--mount-proc", "--kill-child", "setsid", "--ctty", *sys.argv[1:]],
    stdin=slave, stdout=slave, stderr=slave, env={**os.environ, "PS1": "ready> ", "TERM": "dumb"})
os.close(slave)


def expect(text):
    said, deadline = b"", time.monotonic() + 10 * SCALE
    while text not in said:
        if time.monotonic() > deadline:
            sys.exit(f"no {text!r} in {said!r}")
        if select.select([master], [], [], 0.1)[0]:
            said += os.read(master, 4096)
    assert b"no job control" not in said and b"cannot set terminal" not in said, said


def is_running(command):
    for path in glob.glob("/proc/[0-9]*/cmdline"):
        try:
            if open(path, "rb").read() == command: return True
        except OSError: pass  # It has just ended.
    return False


# A key is for the program that has been executed: between fork(2) and that a shell may swallow it.
def expect_running(command):
    deadline = time.monotonic() + 10 * SCALE
    while not is_running(command):
        if time.monotonic() > deadline: sys.exit(f"{command} does not run")
        time.sleep(0.01)


expect(b"> ")
os.write(master, b"PS1='rea''dy> '\n")
expect(b"ready> ")
os.write(master, b"test -t 1 && sh -c 'echo be''gins; sleep 9705'\n")
expect(b"begins\r\n")
expect_running(b"sleep\0009705\0")
os.write(master, b"\x03")
expect(b"ready> ")
os.write(master, b"echo code $?\n")
expect(b"code 130\r\n")
os.write(master, b"exit 7\n")
sys.exit(container.wait(timeout=30 * SCALE))
