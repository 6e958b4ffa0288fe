"""A real pcscd with a virtual reader, in a mount namespace of its own: nothing of this computer's own readers is seen.

The virtual reader's driver listens on a port of the loopback; a chip is laid on by connecting to it.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import subprocess
from pathlib import Path

DRIVER = Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so")
PROJECT = Path(__file__).resolve().parents[2]
END_S = 5.0  # a pcscd that waits for a silent card does not listen; then it is killed
NAME_TAIL = " 00 00"  # pcscd adds it itself
_MAKE = "mkdir -p /run/pcscd && mount -t tmpfs none /run/pcscd && echo ready && exec cat"
_SERVE = 'pcscd --foreground --config "$1" & daemon=$!; cat; kill $daemon; wait $daemon'


def missing() -> str:
    """What this computer lacks for chip cards: the name of a package, as Debian or pip has it; empty for nothing."""
    needs = (
        (shutil.which("pcscd"), "pcscd"),
        (DRIVER.exists(), "vsmartcard-vpcd"),
        (shutil.which("unshare") and shutil.which("nsenter"), "util-linux"),
        (importlib.util.find_spec("smartcard"), "pyscard"),
        (importlib.util.find_spec("cryptography"), "cryptography"),
    )
    return next((package for found, package in needs if not found), "")


class PcscHost:
    """``launcher``: put before a program, it sees this pcscd and no other. Raises OSError where that is not allowed."""

    def __init__(self, folder: Path, reader: str, port: int, log: Path) -> None:
        users = [] if os.geteuid() == 0 else ["--map-root-user"]
        self._log = log
        self._config = folder
        self._daemon: subprocess.Popen[bytes] | None = None
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "reader").write_text(
            f'FRIENDLYNAME "{reader.removesuffix(NAME_TAIL)}"\nDEVICENAME /dev/null:0x{port:04X}\n'
            f"LIBPATH {DRIVER}\nCHANNELID 0x{port:04X}\n"
        )
        pipe = subprocess.PIPE
        command = ["unshare", "--mount", *users, "sh", "-c", _MAKE]
        self._holder = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL)
        assert self._holder.stdout is not None
        if self._holder.stdout.readline() != b"ready\n":
            self.close()
            raise OSError("no namespace can be made here")
        inside = ["--user", "--preserve-credentials"] if users else []
        back = ("env", f"--chdir={PROJECT}")  # to enter a mount namespace is to stand in its root
        self.launcher = ("nsenter", "--target", str(self._holder.pid), "--mount", *inside, *back)

    @property
    def is_up(self) -> bool:
        """Whether pcscd runs."""
        return self._daemon is not None and self._daemon.poll() is None

    def start(self) -> None:
        """Start pcscd, unless it runs. It ends with this process, however that ends."""
        if self.is_up:
            return
        command = [*self.launcher, "sh", "-c", _SERVE, "pcscd", str(self._config)]
        with self._log.open("ab") as log:
            self._daemon = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=log, stderr=log)

    def stop(self) -> None:
        """As a restart of the service begins."""
        daemon, self._daemon = self._daemon, None
        if daemon is None:
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            daemon.communicate(timeout=END_S)
        if daemon.poll() is None:
            daemon.kill()
            daemon.wait()

    def close(self) -> None:
        """pcscd and namespace end."""
        self.stop()
        self._holder.communicate()
