"""As cat, but says when it is there and when it has been continued: what is typed before may be lost while a shell hands the terminal over."""
import os
import signal

signal.signal(signal.SIGCONT, lambda *_: os.write(1, b"back\n"))
os.write(1, b"up\n")
while text := os.read(0, 4096):
    os.write(1, text)
