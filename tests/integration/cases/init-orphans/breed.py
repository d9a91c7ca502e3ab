"""breed.py COUNT FOLDER: leaves COUNT orphans that end at once, makes FOLDER/done, waits for FOLDER/go, and exits with 77."""
import os
import sys
import time

count, folder = int(sys.argv[1]), sys.argv[2]
for _ in range(count // 10):
    child = os.fork()
    if child == 0:
        for _ in range(10):
            if os.fork() == 0:
                os._exit(3)
        os._exit(0)
    os.waitpid(child, 0)
with open(os.path.join(folder, "done"), "w", encoding="ascii"):
    pass
while not os.path.exists(os.path.join(folder, "go")):
    time.sleep(0.01)
sys.exit(77)
