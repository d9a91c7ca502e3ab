import os
import signal
import sys
import time

HEADS = 12
FOLDER = sys.argv[1]
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)
signal.signal(signal.SIGCHLD, signal.SIG_IGN)


def heads():
    count = 0
    for name in os.listdir(FOLDER):
        try:
            os.kill(int(name), 0)
            count += 1
        except ProcessLookupError:
            try:
                os.unlink(os.path.join(FOLDER, name))
            except FileNotFoundError:
                pass
    return count


def grow():
    if os.fork() == 0:
        os.setsid()
        if os.fork() > 0:
            os._exit(0)
        live()


def live():
    open(os.path.join(FOLDER, str(os.getpid())), "w").close()
    while True:
        if heads() < HEADS:
            grow()
        time.sleep(0.02)


live()
