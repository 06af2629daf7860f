"""The workers that the server starts beside itself."""

import os
import subprocess
import sys
import threading

from django.conf import settings

STOP_SECONDS = 10
RESTART_SECONDS = 2.0


class Companions:
    """So many workers as processes of their own, each started anew if it ends by itself."""

    def __init__(self, number: int) -> None:
        self.number = number
        self._stopped = threading.Event()
        self._watching: list[threading.Thread] = []
        self._processes: dict[int, subprocess.Popen[bytes]] = {}
        self._lock = threading.Lock()

    def start(self) -> None:
        for place in range(self.number):
            thread = threading.Thread(target=self._watch, args=(place,), daemon=True)
            thread.start()
            self._watching.append(thread)

    def stop(self) -> None:
        """Tell them to stop, and wait until they have put back what they were at."""
        with self._lock:
            self._stopped.set()
            running = list(self._processes.values())
        for process in running:
            process.terminate()
        for process in running:
            try:
                process.wait(timeout=STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
        for thread in self._watching:
            thread.join(timeout=STOP_SECONDS)

    def _watch(self, place: int) -> None:
        while True:
            with self._lock:
                if self._stopped.is_set():
                    return
                # A worker of its own session: Ctrl-C reaches the server, which tells it.
                process = self._processes[place] = subprocess.Popen(  # noqa: S603
                    [*_manage(), "work", "--parent", str(os.getpid())], start_new_session=True
                )
            process.wait()
            if self._stopped.wait(RESTART_SECONDS):
                return


def _manage() -> list[str]:
    return [sys.executable, str(settings.BASE_DIR / "manage.py")]
