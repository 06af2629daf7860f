"""A backup made in the middle of saving, and brought back elsewhere."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

from mmt.backup.key import make_key_file

from .drill import Drill


def back_up_and_restore(drill: Drill) -> str:
    """Back up while pages save, restore into a throw-away place, and return what was said.

    Raises CalledProcessError where the backup or the restoring failed.
    """
    key = drill.product.folder / "backup-key"
    if not key.exists():
        make_key_file(key)
    drill.product.env["BACKUP_KEY_FILE"] = str(key)
    stop = Event()
    with ThreadPoolExecutor(len(drill.writers)) as pool:
        jobs = [
            pool.submit(writer.write, drill.chance.randrange(2**32), stop)
            for writer in drill.writers
        ]
        try:
            made = drill.product.manage("backup")
        finally:
            stop.set()
    for job in jobs:
        job.result()
    return made + drill.product.manage("drill_restore")
