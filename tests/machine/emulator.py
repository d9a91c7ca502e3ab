"""An emulated machine: what it is made of (a kernel, files), how it is begun, and how one talks with it over its serial line."""
import functools
import glob
import os
import re
import select
import shutil
import socket
import subprocess
import time

ARGUMENTS = "console=ttyS0 quiet panic=-1 random.trust_cpu=on mitigations=off no_timer_check"


class Archive:
    """An initial file system in the form "newc" (the kernel's Documentation/driver-api/early-userspace/buffer-format.rst)."""

    def __init__(self):
        self.parts, self.folders, self.count = [], set(), 0

    def add(self, path, mode, data=b"", device=(0, 0)):
        folder = os.path.dirname(path)
        if folder and folder not in self.folders:
            self.folders.add(folder)
            self.add(folder, 0o040755)
        self.count += 1
        name = path.encode() + b"\0"
        fields = [self.count, mode, 0, 0, 1, 0, len(data), 0, 0, *device, len(name), 0]
        head = b"070701" + b"".join(b"%08X" % field for field in fields) + name
        self.parts += [head, bytes(-len(head) % 4), data, bytes(-len(data) % 4)]

    def add_file(self, path, source, mode=0o100755):
        with open(source, "rb") as file:
            self.add(path.lstrip("/"), mode, file.read())

    def bytes(self):
        self.add("TRAILER!!!", 0)
        return b"".join(self.parts)


def kernel_image():
    """The newest kernel image that can be read, or None."""
    named = os.environ.get("MACHINE_KERNEL")
    images = [named] if named else glob.glob("/boot/vmlinuz-*-cloud-amd64") or glob.glob("/boot/vmlinuz-*")
    images = [image for image in images if os.access(image, os.R_OK)]
    return max(images, key=os.path.getmtime, default=None)


def missing():
    """What this host lacks, or an empty text."""
    if os.uname().machine != "x86_64":
        return "the machine is emulated on x86_64 only"
    if not shutil.which("qemu-system-x86_64"):
        return "qemu-system-x86_64 is not installed"
    if kernel_image() is None:
        return "there is no kernel image in /boot"
    busybox = shutil.which("busybox")
    if not busybox or libraries_of(busybox):
        return "there is no static busybox"
    return ""


def libraries_of(program):
    """The files that the dynamic linker wants, itself included."""
    said = subprocess.run(["ldd", program], capture_output=True, text=True, check=False)
    return re.findall(r"(/\S+) \(0x", said.stdout)


def stripped(program, folder):
    out = os.path.join(folder, os.path.basename(program))
    done = subprocess.run(["strip", "-o", out, program], capture_output=True, check=False)
    return out if done.returncode == 0 else program


def modules(*names):
    """The files of these kernel modules and of those that they need, in the order of loading; what is built in has none."""
    root = kernel_image().replace("/boot/vmlinuz-", "/lib/modules/")
    needs = {}
    with open(os.path.join(root, "modules.dep"), encoding="utf-8") as file:
        for line in file:
            path, _, rest = line.strip().partition(":")
            needs[os.path.basename(path).partition(".")[0]] = [*reversed(rest.split()), path]
    found = dict.fromkeys(path for name in names for path in needs.get(name, ()))
    return [os.path.join(root, path) for path in found]


def hardware(accelerator):
    return ["qemu-system-x86_64", "-nodefaults", "-no-user-config", "-display", "none", "-serial", "stdio", "-no-reboot",
            "-machine", "pc", "-accel", accelerator, "-cpu", "max", "-smp", "2", "-m", "512", "-kernel", kernel_image()]


@functools.cache
def accelerator():
    """KVM where a kernel can be started by it, else emulation. A host that is a virtual machine itself often has a /dev/kvm that does not
    work. MACHINE_ACCEL=tcg|kvm says it instead."""
    named = os.environ.get("MACHINE_ACCEL")
    if named or not os.access("/dev/kvm", os.R_OK | os.W_OK):
        return named or "tcg"
    try:  # Without a disk it gives up at once.
        tried = subprocess.run([*hardware("kvm"), "-append", "console=ttyS0 panic=-1"], capture_output=True, timeout=15, check=False)
    except subprocess.TimeoutExpired:
        return "tcg"
    return "kvm" if b"Linux version" in tried.stdout else "tcg"


def command_line(image, arguments="", disks=(), monitor=None):
    # no_timer_check: the kernel panics where a busy host does not give the machine its first ticks in time.
    out = [*hardware(accelerator()), "-initrd", image, "-append", f"{ARGUMENTS} {arguments}".strip()]
    for disk in disks:
        out += ["-drive", f"file={disk},if=virtio,format=raw,cache=unsafe"]
    if monitor:
        out += ["-monitor", f"unix:{monitor},server=on,wait=off"]
    return out


class Failed(Exception):
    """The machine did not do what it was to do."""


class Machine:
    """One that runs, and whose serial line is ours."""

    PANIC = re.compile(r"Kernel panic - not syncing.*|---\[ end Kernel panic")

    def __init__(self, command, monitor):
        self.text, self.at, self.monitor = "", 0, monitor
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def read(self, seconds):
        """Whether something has come within that time; False at the end, too."""
        ready, _, _ = select.select([self.process.stdout], [], [], max(seconds, 0))
        chunk = os.read(self.process.stdout.fileno(), 65536) if ready else b""
        self.text += chunk.decode(errors="replace").replace("\r", "")
        panic = self.PANIC.search(self.text)
        if panic:
            raise Failed(panic.group(0))
        return bool(chunk)

    def expect(self, pattern, seconds=120):
        """Waits until the machine has said this since what was expected last; returns the match."""
        deadline = time.monotonic() + seconds
        while True:
            match = re.compile(pattern, re.MULTILINE).search(self.text, self.at)
            if match:
                self.at = match.end()
                return match
            left = deadline - time.monotonic()
            if left <= 0 or (not self.read(left) and self.process.poll() is not None):
                raise Failed(f"it has not said {pattern!r}")

    def type(self, text):
        self.process.stdin.write(text.encode())
        self.process.stdin.flush()

    def run(self, command, seconds=120):
        """What a command at the shell prints; that it fails is a failure."""
        self.type(f"{command}; echo \"+\"+$?+\n")
        begin = self.at
        match = self.expect(r"\+\+(\d+)\+$", seconds)
        said = self.text[begin:match.start()]
        if match.group(1) != "0":
            raise Failed(f"{command!r} ended with {match.group(1)}: {said}")
        return said

    def until(self, command, seconds=60):
        """Repeats a command at the shell until it succeeds."""
        self.run(f"n=0; until {command}; do n=$((n+1)); [ $n -lt {seconds * 5} ] || break; sleep 0.2; done; {command}", seconds + 30)

    def press(self, keys):
        """Keys on the keyboard of the machine. The emulator forgets what it is told by who hangs up before it has done it."""
        with socket.socket(socket.AF_UNIX) as monitor:
            monitor.settimeout(20)
            monitor.connect(self.monitor)
            monitor.sendall(f"sendkey {keys}\n".encode())
            said, chunk = b"", b" "
            while said.count(b"(qemu)") < 2 and chunk:
                chunk = monitor.recv(4096)
                said += chunk

    def expect_off(self, seconds=120):
        """Waits until the emulator ends by itself, which it does when the machine is switched off or starts anew."""
        deadline = time.monotonic() + seconds
        while self.process.poll() is None:
            if time.monotonic() > deadline:
                raise Failed("the machine is not off")
            self.read(0.1)
        while self.read(0):
            pass

    def kill(self):
        self.process.kill()
        self.process.wait()
