"""Start the product as a newcomer would: clone, `make run`, sign in. Standard library only.

The clone holds what is committed, so a file that was forgotten is missed here.
"""

import http.cookiejar
import os
import re
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EMAIL, PASSWORD, CLINIC = "physio@harbour.example", "strength-demo-2026", "Harbour MS Clinic"
COLD_SECONDS, WARM_SECONDS, STOP_SECONDS = 60, 10, 20


def main(python):
    with tempfile.TemporaryDirectory(prefix="strength-clone-") as folder:
        clone = Path(folder) / "clone"
        _clone(clone)
        for kind, limit in (("cold", COLD_SECONDS), ("warm", WARM_SECONDS)):
            took = _visit(clone, python, patience=10 * limit)
            print(f"Ready {took:.1f} s after a {kind} start, and signed in.", flush=True)
            if took > limit:
                sys.exit(f"A {kind} start may take {limit} s.")


def _clone(clone):
    # In a container the files often belong to somebody else, which git would refuse.
    settings = clone.parent / "gitconfig"
    settings.write_text("[safe]\n\tdirectory = *\n")
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": str(settings)}
    subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], env=environment, check=True)


def _visit(clone, python, patience):
    """Start, sign in, stop; return the seconds until the product answered."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    ours = {name: text for name, text in os.environ.items() if name not in {"DATABASE_URL", "HOST"}}
    command = ["make", "run", f"PORT={port}", f"PYTHON={python}"]
    began = time.monotonic()
    alive, held = os.pipe()
    process = subprocess.Popen(
        command, cwd=clone, env=ours, start_new_session=True, pass_fds=[held]
    )
    os.close(held)
    try:
        url = f"http://127.0.0.1:{port}"
        _wait(process, f"{url}/healthz", began + patience)
        took = time.monotonic() - began
        if CLINIC not in _sign_in(url):
            sys.exit(f"The start page does not name {CLINIC}.")
        return took
    finally:
        _stop(process, alive)


def _wait(process, url, limit):
    while time.monotonic() < limit and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    sys.exit("The product did not start.")


def _sign_in(url):
    """Return the page shown after signing in through the form."""
    cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
    browser = urllib.request.build_opener(cookies, urllib.request.ProxyHandler({}))
    form = browser.open(f"{url}/accounts/login/", timeout=20).read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)[1]
    fields = {"csrfmiddlewaretoken": token, "login": EMAIL, "password": PASSWORD}
    body = urllib.parse.urlencode(fields).encode()
    with browser.open(f"{url}/accounts/login/", body, timeout=20) as answer:
        return answer.read().decode()


def _stop(process, alive):
    """End it, and wait for the product itself: make ends before what it started has put all away.

    `alive` ends with the last of those that hold its other side.
    """
    os.killpg(process.pid, signal.SIGTERM)
    ended, _, _ = select.select([alive], [], [], STOP_SECONDS)
    os.close(alive)
    if not ended:
        os.killpg(process.pid, signal.SIGKILL)
        sys.exit("The product did not stop when asked.")
    process.wait()


if __name__ == "__main__":
    main(sys.argv[1])
