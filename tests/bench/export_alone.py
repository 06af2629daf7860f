"""One export in a process of its own: prints what it took before and the most it took, in MB.

Twice: memory of its own, then with the program's files, which processes share.
"""

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
    before = _megabytes("RssAnon"), _megabytes("VmHWM")
    own = [before[0]]
    export = Export(Selection(clinic), Shape(), by=None, actor="benchmark")
    with open(os.devnull, "wb") as file:
        for block in export:
            file.write(block)
            own.append(_megabytes("RssAnon"))
    export.close()
    print(before[0], max(own), before[1], _megabytes("VmHWM"))


def _megabytes(what: str) -> float:
    # getrusage would tell the size of the process that started this one, if that was greater.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    found = re.search(rf"{what}:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else float("nan")


if __name__ == "__main__":
    main(sys.argv[1])
