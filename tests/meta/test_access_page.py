"""`docs/access.md` says of every role what it may do, in the words of the tables that are tested.

python -m pytest tests/meta/test_access_page.py --write-access
"""

from pathlib import Path

import pytest

from mmt.accounts.roles import ROLE_PERMISSIONS, Permission, Role
from tests.assessments.api.test_access import TABLE as OPERATIONS
from tests.assessments.api.test_access import WHO as KEY_HOLDERS
from tests.meta.test_access import TABLE, WHO

PAGE = Path(__file__).resolve().parents[2] / "docs" / "access.md"
SHOWN = {"in": "yes", "no": "403", "gone": "404", "login": "sign in", "key": "401", "-": "405"}
HEAD = """# Who may do what

Written by `python -m pytest tests/meta/test_access_page.py --write-access` from the tables that the
tests hold the product to; a test fails when it is stale. Do not edit it by hand.

A person may hold several roles, in one clinic or several. Outside one's clinics everything is 404,
with the same body as for something that does not exist. On top of the roles stand the rules about
one record (`assessments/permissions.py`): a physiotherapist amends and voids what is their own, a
draft belongs to who began it, a signed record is changed by an amendment alone, and of an open
blind pair neither tester sees the other's result. Roles are read anew at every request.
"""


def table(heads: list[str], rows: list[list[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def page() -> str:
    rights = [
        [right.name.lower().replace("_", " ")]
        + ["yes" if right in ROLE_PERMISSIONS[role] else "" for role in Role]
        for right in Permission
    ]
    addresses = [
        [f"`{name}`", method, *(SHOWN[each] for each in row.split())]
        for name, rows in sorted(TABLE.items())
        for method, row in zip(("GET", "POST"), rows, strict=True)
        if set(row.split()) != {"-"} and set(row.split()) != {"login", "-"}
    ]
    operations = [
        [f"`{method.upper()} {path}`", *map(str, statuses)]
        for (method, path), (statuses, _body) in sorted(
            OPERATIONS.items(), key=lambda row: row[0][1]
        )
    ]
    return "\n".join(
        [
            HEAD,
            "## Rights of the roles\n",
            table(["right", *(str(role.label) for role in Role)], rights),
            "\n## Pages\n\nAbout things of the first clinic; *stranger* is a physiotherapist of "
            "another. *yes*: served, or\nled on. A method that is not listed is 405.\n",
            table(["address", "method", *WHO], addresses),
            "\n## Operations of the API, by whose key it is\n",
            table(["operation", *KEY_HOLDERS], operations),
            "",
        ]
    )


def test_the_page_is_current(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--write-access"):
        PAGE.write_text(page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page(), "Write it anew: see the top of this file."
