"""Leaves a daemon behind and names its main process by sd_notify(3): say.py HOW. The daemon exits with 7 on USR1."""
import os
import signal
import socket
import sys
import time

channel = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
channel.connect(os.environ["NOTIFY_SOCKET"].replace("@", "\0", 1))


def say(text, *fds):
    socket.send_fds(channel, [text.encode()], list(fds))


daemon = os.fork()
if daemon == 0:
    os.setsid()
    signal.signal(signal.SIGUSR1, lambda *_: os._exit(7))
    while True:
        signal.pause()
how = sys.argv[1]
if how == "pid":
    say(f"MAINPID={daemon}\nREADY=1")
elif how == "pidfd":
    say("MAINPIDFD=1\nREADY=1", os.pidfd_open(daemon))
elif how == "id":
    say(f"MAINPID={daemon}\nMAINPIDFDID={os.fstat(os.pidfd_open(daemon)).st_ino}\nREADY=1")
elif how == "false-id":
    say(f"MAINPID={daemon}\nMAINPIDFDID=1\nREADY=1")
elif how == "init":
    say("MAINPID=1\nREADY=1")
elif how == "supervisord":
    say(f"MAINPID={os.getppid()}\nREADY=1")
if how not in ("false-id", "init", "supervisord"):
    os._exit(0)
time.sleep(0.1)  # Time for the mistake to be acted on, if it were.
signal.pause()
