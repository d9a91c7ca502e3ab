"""Counts the INTs that it gets, and says how many when USR1 comes: that is sent later through the same init, so no INT is still on its way."""
import os
import signal
import time

count = 0


def interrupted(*_):
    global count
    count += 1
    os.write(1, b"interrupted\n")


def asked(*_):
    os.write(1, f"count={count}\n".encode())
    os._exit(0)


signal.signal(signal.SIGINT, interrupted)
signal.signal(signal.SIGUSR1, asked)
os.write(1, f"init={os.getppid()}.\n".encode())
while True:
    time.sleep(0.01)
