"""A main process, a child in its group and one in a session of its own. Each writes the signals that it gets, in the order of their coming:
listen.py FOLDER makes FOLDER/main, FOLDER/child and FOLDER/far."""
import os
import signal
import sys

HEARD = {signal.SIGQUIT: "QUIT", signal.SIGTERM: "TERM", signal.SIGRTMIN + 2: "RTMIN+2"}
signal.pthread_sigmask(signal.SIG_BLOCK, HEARD)
name = "main"
if os.fork() == 0:
    name = "child"
elif os.fork() == 0:
    name = "far"
    os.setsid()
with open(os.path.join(sys.argv[1], name), "w", encoding="ascii", buffering=1) as file:
    while True:
        file.write(HEARD[signal.sigwait(HEARD)] + "\n")
