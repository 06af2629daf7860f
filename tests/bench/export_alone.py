"""One export in a process of its own: prints its size before and its greatest size, in MB."""

import os
import re
import sys
from pathlib import Path

import django


def main(slug: str) -> None:
    django.setup()
    from assessments.exchange.export import Export
    from assessments.exchange.selection import Selection, Shape
    from mmt.accounts.models import Clinic

    clinic = Clinic.objects.get(slug=slug)
    before = _peak_megabytes()
    export = Export(Selection(clinic), Shape(), by=None, actor="benchmark")
    with open(os.devnull, "wb") as file:
        for block in export:
            file.write(block)
    export.close()
    print(before, _peak_megabytes())


def _peak_megabytes() -> float:
    # getrusage would tell the size of the process that started this one, if that was greater.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else float("nan")


if __name__ == "__main__":
    main(sys.argv[1])
