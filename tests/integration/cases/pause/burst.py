"""Makes 300 processes at once, in a session of their own, when FOLDER/go is there: burst.py FOLDER."""
import os
import signal
import sys
import time

folder = sys.argv[1]
if os.fork() == 0:
    os.setsid()
    while not os.path.exists(folder + "/go"):
        time.sleep(0.001)
    for _ in range(300):
        if os.fork() == 0:
            break
while True:
    signal.pause()
