"""Cases that boot a machine whose init is supervisord: each function is one, and has the machine for itself.

The root is an ext4 disk, mounted read-only by an initial file system as distributions do it; a second disk is /data by /etc/fstab. The definitions
are those of packaging/machine, and what a case adds. nginx, sshd and ssh come from the packages of this host.
"""
import glob
import os
import re
import shutil
import subprocess

from emulator import Archive, Failed, Machine, command_line, kernel_image, libraries_of, modules, stripped

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SHELL = r"(?:~|/|/root) # "

# A shell on the serial line, and two services whose ends tell in which order they came.
EXTRA = {
    "shell.toml": """
[service.shell]
command  = ["getty", "-n", "-l", "/bin/ash", "-L", "115200", "ttyS0", "vt100"]
requires = ["boot"]
stop     = { signal = "HUP" }
""",
    "order.toml": """
[service.store]
command   = ["sh", "-c", "echo 1 >/data/count; exec sleep 7801"]
requires  = ["boot"]
log       = "stdout"
post-stop = [["sh", "-c", "echo store has ended"]]
[service.front]
command   = ["sleep", "7802"]
requires  = ["store"]
log       = "stdout"
post-stop = [["sh", "-c", "sleep 1; echo front has ended"]]
""",
}
NO_UDEV = {"devices.toml": """
[service.devices]
type    = "oneshot"
command = ["mdev", "-s"]
log     = "stdout"
"""}
DISK = ("virtio_pci", "virtio_blk", "crc32c_generic", "ext4")  # What is a module of it.
BROKEN = {"broken.toml": "[service.broken]\ncomand = 'x'\n"}


def missing():
    """What this host lacks for these cases, or an empty text."""
    for program in ("nginx", "sshd", "ssh", "ssh-keygen", "mke2fs", "e2fsck"):
        if not shutil.which(program, path=os.environ["PATH"] + ":/usr/sbin:/sbin"):
            return f"{program} is not installed"
    try:
        needed = modules(*DISK)
    except OSError as error:
        return f"the modules of {kernel_image()} are not here: {error}"
    unreadable = [module for module in needed if not module.endswith((".ko", ".ko.gz", ".ko.xz"))]
    return f"busybox cannot load {unreadable[0]}" if unreadable else ""


def write(root, path, text, mode=0o644):
    place = os.path.join(root, path)
    os.makedirs(os.path.dirname(place), exist_ok=True)
    with open(place, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(place, mode)


def install(root, place, source):
    """A program and its libraries, where they are here."""
    target = os.path.join(root, place)
    os.makedirs(os.path.dirname(target), exist_ok=True)
    shutil.copy(source, target)
    for library in libraries_of(source):
        os.makedirs(os.path.join(root, os.path.dirname(library[1:])), exist_ok=True)
        if not os.path.exists(os.path.join(root, library[1:])):
            shutil.copy(library, os.path.join(root, library[1:]))


def which(program):
    return shutil.which(program, path=os.environ["PATH"] + ":/usr/sbin:/sbin")


def install_programs(root, binaries, folder):
    os.makedirs(os.path.join(root, "bin"))
    install(root, "bin/busybox", which("busybox"))
    for name in subprocess.run([which("busybox"), "--list"], capture_output=True, text=True, check=True).stdout.split():
        if name not in ("busybox", "init", "linuxrc", "poweroff", "reboot", "halt", "sulogin"):
            os.symlink("busybox", os.path.join(root, "bin", name))
    install(root, "usr/sbin/supervisord", stripped(os.path.join(binaries, "supervisord"), folder))
    install(root, "usr/bin/ctl", stripped(os.path.join(binaries, "ctl"), folder))
    install(root, "usr/sbin/nginx", which("nginx"))
    install(root, "usr/sbin/sshd", which("sshd"))
    for part in glob.glob("/usr/lib*/openssh/sshd-*") + glob.glob("/usr/lib/ssh/sshd-*"):  # Since OpenSSH 9.8.
        install(root, part[1:], part)
    install(root, "usr/bin/ssh", which("ssh"))
    os.makedirs(os.path.join(root, "sbin"))
    os.symlink("/usr/sbin/supervisord", os.path.join(root, "sbin/init"))
    os.symlink("/usr/bin/ctl", os.path.join(root, "sbin/poweroff"))


def write_settings(root):
    users = ("root:x:0:0::/root:/bin/ash", "sshd:x:101:65534::/run/sshd:/bin/false", "www-data:x:33:33::/:/bin/false",
             "nobody:x:65534:65534::/:/bin/false")
    write(root, "etc/passwd", "".join(f"{user}\n" for user in users))
    write(root, "etc/group", "root:x:0:\ntty:x:5:\nwww-data:x:33:\nnogroup:x:65534:\n")
    write(root, "etc/shadow", "root:*:19000:0:99999:7:::\n", 0o600)
    write(root, "etc/hostname", "# the name\ntestbed\n")
    write(root, "etc/fstab", "/dev/vdb /data ext4 defaults 0 2\ntmpfs /tmp tmpfs nosuid,nodev 0 0\n")
    write(root, "etc/sysctl.conf", "kernel.printk_ratelimit = 7\n")
    write(root, "etc/nginx/nginx.conf", "events {}\nhttp { server { listen 127.0.0.1:80; root /srv; } }\n")
    write(root, "bin/manager", "#!/bin/ash\nfor pid in $(pidof init); do [ $pid = 1 ] || echo $pid; done\n", 0o755)
    write(root, "srv/index.html", "<h1>served by a machine</h1>\n")
    write(root, "etc/ssh/sshd_config", "ListenAddress 127.0.0.1\nStrictModes no\nHostKey /etc/ssh/key\nUsePAM no\n")
    for key, place in (("host", "etc/ssh/key"), ("user", "root/.ssh/id_ed25519")):
        os.makedirs(os.path.dirname(os.path.join(root, place)), exist_ok=True)
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", key, "-f", os.path.join(root, place)], check=True)
    shutil.copy(os.path.join(root, "root/.ssh/id_ed25519.pub"), os.path.join(root, "root/.ssh/authorized_keys"))
    for folder in ("proc", "sys", "dev", "run", "data", "var/log/nginx", "var/lib/nginx", "var/tmp", "mnt", "tmp"):
        os.makedirs(os.path.join(root, folder), exist_ok=True)


def file_system(disk, root, megabytes):
    """A disk with a file system that holds what is in the folder."""
    if os.path.exists(disk):
        os.remove(disk)
    subprocess.run([which("mke2fs"), "-q", "-t", "ext4", "-d", root, "-E", "root_owner=0:0", disk, f"{megabytes}M"],
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)


def first_image(folder):
    """What the kernel begins with: it loads what it needs for the disk, and goes over to it."""
    archive = Archive()
    archive.add("dev/console", 0o020600, device=(5, 1))
    archive.add_file("bin/busybox", which("busybox"))
    needed = modules(*DISK)
    for number, module in enumerate(needed):
        archive.add_file(f"modules/{number}.ko", module)
    archive.add("init", 0o100755, f"""#!/bin/busybox sh
/bin/busybox mkdir -p /dev /root
/bin/busybox mount -t devtmpfs dev /dev
for number in $(/bin/busybox seq 0 {len(needed) - 1}); do /bin/busybox insmod /modules/$number.ko; done
until [ -b /dev/vda ]; do /bin/busybox sleep 0.1; done
/bin/busybox mount -o ro -t ext4 /dev/vda /root
/bin/busybox umount /dev
exec /bin/busybox switch_root /root /sbin/init "$@"
""".encode())
    image = os.path.join(folder, "init.cpio")
    with open(image, "wb") as file:
        file.write(archive.bytes())
    return image


class Workshop:
    """Makes the machines of all cases; what they have in common is made once."""

    def __init__(self, binaries):
        self.folder = os.path.join(binaries, "machine", "init")
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.folder)
        self.root = os.path.join(self.folder, "root")
        install_programs(self.root, binaries, self.folder)
        write_settings(self.root)
        self.image = first_image(self.folder)
        self.disks = []

    def boot(self, arguments="", definitions=()):
        configuration = os.path.join(self.root, "etc/supervisord")
        shutil.rmtree(configuration, ignore_errors=True)
        shutil.copytree(os.path.join(ROOT, "packaging/machine"), configuration)
        for name, text in {**NO_UDEV, **EXTRA, **dict(definitions)}.items():
            write(configuration, f"conf.d/{name}", text)
        self.disks = [os.path.join(self.folder, name) for name in ("root.img", "data.img")]
        empty = os.path.join(self.folder, "empty")
        os.makedirs(empty, exist_ok=True)
        file_system(self.disks[0], self.root, 160)
        file_system(self.disks[1], empty, 8)
        monitor = os.path.join(self.folder, "monitor")
        return Machine(command_line(self.image, arguments, self.disks, monitor), monitor)

    def expect_clean_disks(self):
        """Unmounted or read-only when the machine went off: there is nothing to repair and no journal to replay."""
        for disk in self.disks:
            with open(disk, "rb") as file:
                file.seek(1024)
                block = file.read(1024)
            state, needs_recovery = block[0x3a], block[0x60] & 0x04
            if not state & 1 or needs_recovery:
                raise Failed(f"{os.path.basename(disk)} is not clean")
            done = subprocess.run([which("e2fsck"), "-n", "-f", disk], capture_output=True, text=True, check=False)
            if done.returncode != 0:
                raise Failed(f"{os.path.basename(disk)}: {done.stdout}")


def is_up(machine):
    machine.expect(SHELL)
    machine.run("ctl wait boot --timeout 60s")


def init_boots_serves_and_powers_off(shop):
    """The servers answer; a manager that is killed, or goes on as another program, costs nobody anything; everything ends in order, and the disks are clean."""
    machine = shop.boot()
    is_up(machine)
    for place, kind in (("/proc", "proc"), ("/sys", "sysfs"), ("/sys/fs/cgroup", "cgroup2"), ("/dev", "devtmpfs"), ("/dev/pts", "devpts"),
                        ("/dev/shm", "tmpfs"), ("/run", "tmpfs"), ("/data", "ext4")):
        machine.run(f"grep -q '^[^ ]* {place} {kind} ' /proc/mounts")
    machine.run('[ "$(hostname)" = testbed ] && [ "$(readlink /proc/1/exe)" = /usr/sbin/supervisord ] && ls -l /dev/fd/0')
    machine.run("[ $(cat /proc/sys/kernel/printk_ratelimit) = 7 ] && [ $(cat /proc/sys/kernel/ctrl-alt-del) = 0 ]")
    machine.run("ctl wait nginx sshd front --timeout 60s")
    if "served by a machine" not in machine.run("wget -q -O- http://127.0.0.1/"):
        raise Failed("nginx does not serve the page")
    login = "ssh -o StrictHostKeyChecking=no -o BatchMode=yes 127.0.0.1"
    if "nginx" not in machine.run(f"{login} ctl status nginx"):
        raise Failed("there is no login by ssh")
    # A stranger who heeds nothing, and whom no manager knows any more.
    machine.run("(env -i setsid sh -c 'echo $$ >/sys/fs/cgroup/cgroup.procs; trap \"\" TERM HUP; sleep 7803; sleep 7804' &)")
    machine.run("nginx=$(cat /run/nginx.pid); kill -9 $(manager)")
    machine.expect("goes on in its place")
    machine.until("ctl ping >/dev/null 2>&1")
    machine.run("[ $(cat /run/nginx.pid) = $nginx ] && ctl status nginx --json | grep -q '\"pid\": *'$nginx")
    machine.run("ctl reexec && [ $(cat /run/nginx.pid) = $nginx ] && ctl status nginx --json | grep -q '\"pid\": *'$nginx")
    machine.run("wget -q -O- http://127.0.0.1/ >/dev/null")
    machine.type("/sbin/poweroff\n")
    machine.expect("front has ended")
    machine.expect("store has ended")
    machine.expect("killing who has not heeded TERM: .*sh")
    machine.expect("poweroff now")
    machine.expect("reboot: Power down")
    machine.expect_off()
    shop.expect_clean_disks()


def init_reboots_though_the_manager_dies(shop):
    """What was asked for outlives who was asked."""
    machine = shop.boot()
    is_up(machine)
    machine.run("ctl wait front --timeout 60s")
    if "not its init" in machine.run("ctl shutdown 2>&1 || true"):
        raise Failed("supervisord does not know that it is the init of the machine")
    machine.type("setsid sh -c 'trap \"\" HUP; ctl reboot --no-wait; kill -9 $(manager)' &\n")
    machine.expect("goes on in its place")
    machine.expect("front has ended")
    machine.expect("store has ended")
    machine.expect("reboot now")
    machine.expect("reboot: Restarting system")
    machine.expect_off()
    shop.expect_clean_disks()


def init_gives_a_shell_and_tries_again(shop):
    """A word of the kernel's command line asks for the shell, a broken configuration leads to it; Ctrl-Alt-Del reboots in order."""
    machine = shop.boot("single", BROKEN)
    machine.expect("the kernel's command line says 'single'")
    machine.expect(SHELL)
    machine.run("[ -t 0 ] && : </dev/tty && grep -q ' / ext4 ro' /proc/mounts")
    machine.type("exit\n")
    machine.expect("unknown key 'comand'")
    machine.expect("the machine cannot be brought up")
    machine.expect(SHELL)
    machine.run("mount -o remount,rw / && rm /etc/supervisord/conf.d/broken.toml && mount -o remount,ro /")
    machine.type("exit\n")
    machine.expect("supervisord .* started, pid 1, ")  # Not before: the prompt that was answered with "exit" is no new one.
    is_up(machine)
    machine.run("ctl wait front --timeout 60s")
    machine.press("ctrl-alt-delete")
    machine.expect("INT from the kernel")
    machine.expect("store has ended")
    machine.expect("reboot now")
    machine.expect("reboot: Restarting system")
    machine.expect_off()
    shop.expect_clean_disks()


def init_goes_on_with_a_wrong_command_line_and_halts(shop):
    """PID 1 never ends, not even by a word that it does not know; a configuration comes from the kernel's command line."""
    small = {"../small.toml": '[service.shell]\ncommand = ["getty", "-n", "-l", "/bin/ash", "-L", "115200", "ttyS0", "vt100"]\nlog = "null"\n'}
    machine = shop.boot("SUPERVISORD_CONFIG=/etc/supervisord/small.toml -- --init --cofnig", small)
    machine.expect("unknown option '--cofnig'; did you mean '--config'")
    machine.expect("the options of the command line are not followed")
    machine.expect(SHELL)
    machine.type("exit\n")
    machine.expect("supervisord .* started, pid 1, 1 service")
    machine.expect(SHELL)
    machine.run("ctl status shell")
    machine.type("kill -37 1\n")
    machine.expect("RTMIN.3 from process")
    machine.expect("halt now")
    machine.expect("reboot: System halted")
    shop.expect_clean_disks()


CASES = {name.replace("_", "-"): case for name, case in list(globals().items()) if name.startswith("init_")}


def run_case(shop, name):
    """Nothing, or why it failed and what the machine has said."""
    machines = []
    boot = shop.boot
    shop.boot = lambda *args, **named: machines.append(boot(*args, **named)) or machines[-1]
    try:
        CASES[name](shop)
        return None
    except Failed as failure:
        said = machines[-1].text.splitlines() if machines else []
        return str(failure), [re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", line) for line in said[-60:]]
    finally:
        shop.boot = boot
        for machine in machines:
            machine.kill()
