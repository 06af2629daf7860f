"""Make a virtual environment from hashed pins, or bring it up to date. Standard library only.

    python3 .ci/environment.py .venv requirements.txt requirements-dev.txt

Nothing is installed while the pins are those of the last time.
"""

import hashlib
import importlib.util
import subprocess
import sys
import time
from pathlib import Path

OLDEST = (3, 11)


def main(arguments):
    folder, locks = Path(arguments[0]), [Path(name) for name in arguments[1:]]
    if sys.version_info < OLDEST:
        sys.exit(
            "Python 3.11 or newer is needed, and this one is {}.{}. Try: make run PYTHON=python3.11"
            "".format(*sys.version_info)
        )
    if not _is_whole(folder):
        _create(folder)
    stamps = {folder / (lock.name + ".sha256"): _digest(lock) for lock in locks}
    if all(stamp.exists() and stamp.read_text() == digest for stamp, digest in stamps.items()):
        return
    _install(folder, locks)
    for stamp, digest in stamps.items():
        stamp.write_text(digest)


def _is_whole(folder):
    """Tell whether `folder` has an interpreter of this version, with pip."""
    version = "python{}.{}".format(*sys.version_info)
    packages = folder / "lib" / version / "site-packages"
    return (folder / "bin" / "python").exists() and (packages / "pip").is_dir()


def _create(folder):
    if not all(importlib.util.find_spec(name) for name in ("venv", "ensurepip")):
        sys.exit(
            "This Python cannot make virtual environments. On Debian and Ubuntu:\n"
            "    apt-get install python3-venv"
        )
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)


def _install(folder, locks):
    print(f"Installing {' and '.join(lock.name for lock in locks)} into {folder} ...", flush=True)
    began = time.monotonic()
    command = [str(folder / "bin" / "python"), "-m", "pip", "install", "--require-hashes"]
    command += ["--disable-pip-version-check", "--no-input", "-q"]
    for lock in locks:
        command += ["-r", str(lock)]
    if subprocess.run(command, check=False).returncode:
        sys.exit("The packages could not be installed; pip says why above.")
    print(f"Installed in {time.monotonic() - began:.0f} s.", flush=True)


def _digest(lock):
    return hashlib.sha256(lock.read_bytes()).hexdigest()


if __name__ == "__main__":
    main(sys.argv[1:])
