"""An image from SVG, in a process of its own: drawing lets no other thread of its process work.

Run as a program: SVG on standard input, a PNG of so many pixels in width on standard output.
"""

import subprocess
import sys
from threading import BoundedSemaphore

# Each takes a processor and up to some hundred megabytes; who comes next waits.
_AT_ONCE = BoundedSemaphore(2)
LONGEST = 60  # seconds


class NotDrawn(RuntimeError):
    """The drawing ended without an image, or took too long."""


def image_of(svg: str, *, width: int) -> bytes:
    """Return the PNG. Raises NotDrawn."""
    command = [sys.executable, "-I", __file__, str(width)]
    try:
        with _AT_ONCE:
            done = subprocess.run(  # noqa: S603  (this file, without a shell)
                command, input=svg.encode(), capture_output=True, check=True, timeout=LONGEST
            )
    except subprocess.SubprocessError as problem:
        raise NotDrawn from problem
    return done.stdout


def main() -> None:
    import resvg_py

    svg = sys.stdin.buffer.read().decode()
    sys.stdout.buffer.write(resvg_py.svg_to_bytes(svg_string=svg, width=int(sys.argv[1])))


if __name__ == "__main__":
    main()
