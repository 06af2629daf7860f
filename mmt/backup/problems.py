"""Why a backup cannot be made or brought back, in words for who runs the command.

Each has an exit code of its own, so that a timer can tell one from another.
"""


class Problem(Exception):
    """Something that has nothing to do with the four below: settings, a program that is missing."""

    code = 1


class DiskFull(Problem):
    code = 3


class Damaged(Problem):
    code = 4


class WrongKey(Problem):
    code = 4


class Busy(Problem):
    code = 5


class NotEmpty(Problem):
    code = 6
