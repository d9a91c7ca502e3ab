"""1,000 oneshots, each named by the code that it ends with: oneshots.py SEED."""
import random
import sys

dice = random.Random(int(sys.argv[1]))
for number in range(1000):
    code = dice.randrange(256)
    print(f'[service.job-{number}-{code}]\ntype = "oneshot"\ncommand = ["sh", "-c", "exit {code}"]\nrestart = "never"\n')
