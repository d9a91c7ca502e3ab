"""Counts the INTs that it gets, and says how many when USR1 comes: that is sent later through the same init, so no INT is still on its way. PWR, whose
number is greater than theirs, asks for the HUPs and CONTs, too."""
import os
import signal
import time

count = 0
others = []


def interrupted(*_):
    global count
    count += 1
    os.write(1, b"interrupted\n")


def asked(number, _):
    if number == signal.SIGPWR:
        os.write(1, f"others={others}\n".encode())
    os.write(1, f"count={count}\n".encode())
    os._exit(0)


signal.signal(signal.SIGINT, interrupted)
signal.signal(signal.SIGUSR1, asked)
signal.signal(signal.SIGPWR, asked)
for other in (signal.SIGHUP, signal.SIGCONT):
    signal.signal(other, lambda number, _: others.append(number))
os.write(1, f"init={os.getppid()}.\n".encode())
while True:
    time.sleep(0.01)
