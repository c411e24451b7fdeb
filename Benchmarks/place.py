# SPDX-License-Identifier: Apache-2.0
# Where a run happens: its directory and certificates, and programs that start on a CPU and end.

import contextlib
import ctypes
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
HERE = os.path.join(ROOT, "Benchmarks")
BUILT = os.path.join(ROOT, ".build", "benchmarks")  # what is installed or compiled for the runs
START_SECONDS = 20
DESCRIPTORS_WANTED = 8192  # the memory rows: two for each connection through a proxy, pipes beside

_libc = ctypes.CDLL(None)
_PR_SET_PDEATHSIG = 1


class Missing(Exception):
    """Something that the comparison needs is not there; the message says what to do."""


class Failed(Exception):
    """A program of the comparison did not do what it was started for."""


def program(name, hint):
    """The path of a program, also of one that only root has in its PATH."""
    path = shutil.which(name, path=os.environ.get("PATH", os.defpath) + ":/usr/sbin:/usr/local/sbin")
    if not path:
        raise Missing(f"{name} is not installed: {hint}")
    return path


def install(*packages):
    """Debian packages: as root they are installed, otherwise the message is the command that does."""
    ran = subprocess.run([os.path.join(ROOT, "scripts", "packages"), *packages], stderr=subprocess.PIPE, text=True)
    if ran.returncode:
        raise Missing(ran.stderr.strip() or f"cannot install {' '.join(packages)}")


def output(*command, **options):
    """What a program says, on both channels; it may not take long."""
    ran = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60, **options)
    return ran.stdout


def raise_descriptor_limit():
    """Returns how many descriptors a process may have; what is started inherits it."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def free_port():
    """For programs that cannot say which port they took."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def accepts(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def spawn(command, cpu=None, parting=signal.SIGKILL, **options):
    """A child that runs on `cpu` only (None: anywhere), and that gets the signal `parting` if this process dies.

    It leads a process group, so that Ctrl-C reaches this process only and `stop` all that the child has started.
    """
    if cpu is not None:
        command = [program("taskset", "apt-get install util-linux"), "--cpu-list", str(cpu), *command]
    options.setdefault("stdin", subprocess.DEVNULL)
    prepare = lambda: _libc.prctl(_PR_SET_PDEATHSIG, parting)
    return subprocess.Popen(command, preexec_fn=prepare, start_new_session=True, **options)


def stop(process, gently=False):
    if gently and process.poll() is None:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(5)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def until(condition, process, complaint):
    """Waits until `condition` holds; that the process ends before, or time does, is an error."""
    deadline = time.monotonic() + START_SECONDS
    while not condition():
        if process.poll() is not None:
            raise Failed(f"{complaint()}\nit ended with status {process.returncode}")
        if time.monotonic() > deadline:
            raise Failed(f"{complaint()}\nit was not ready after {START_SECONDS} s")
        time.sleep(0.01)


def strays(pid, cpu):
    """Threads of a process that may run on other CPUs too; there should be none."""
    found = []
    for thread in os.listdir(f"/proc/{pid}/task"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            if os.sched_getaffinity(int(thread)) != {cpu}:
                found.append(int(thread))
    return found


def compiled(source):
    """A C program of this folder, built if it is not there or older than its source."""
    made = os.path.join(BUILT, source.removesuffix(".c"))
    source = os.path.join(HERE, source)
    if os.path.exists(made) and os.path.getmtime(made) >= os.path.getmtime(source):
        return made
    install("gcc", "libc6-dev", "libssl-dev")
    os.makedirs(BUILT, exist_ok=True)
    command = ["cc", "-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror", "-o", made, source, "-lssl", "-lcrypto"]
    built = subprocess.run(command, capture_output=True, text=True)
    if built.returncode:
        raise Missing(f"{source} does not compile:\n{built.stderr}")
    return made


class Place:
    """A directory that goes at the end, with the development PKI in it."""

    def __enter__(self):
        self._directory = tempfile.TemporaryDirectory(prefix="attache-bench.")
        self.directory = self._directory.name
        # Some proxies give up root before they open their files.
        os.chmod(self.directory, 0o755)
        self.pki = os.path.join(self.directory, "pki")
        install("openssl")
        subprocess.run([os.path.join(ROOT, "certs", "make"), self.pki], check=True, stdout=subprocess.DEVNULL)
        return self

    def __exit__(self, *_):
        self._directory.cleanup()

    def file(self, name, text=None, mode=0o600):
        path = os.path.join(self.directory, name)
        if text is not None:
            with open(path, "w", opener=lambda p, flags: os.open(p, flags, mode)) as file:
                file.write(text)
        return path

    def certificate(self, profile):
        return os.path.join(self.pki, f"{profile}.pem")

    def key(self, profile):
        return os.path.join(self.pki, f"{profile}.key")

    @property
    def ca(self):
        return self.certificate("ca")


def progress(text):
    """The line at the bottom of a terminal; nothing where nobody looks."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)
