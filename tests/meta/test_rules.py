"""What no line of the product's code does, and that no regular expression can be made to think."""

import ast
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.guards.sites import ROOT, files

# A rule's name, what must not be found, an example, and where it stands with a reason.
RULES: list[tuple[str, str, str, dict[str, str]]] = [
    ("no token asked for", r"@csrf_exempt", "@csrf_exempt", {
        "mmt/reports.py": "a browser reports without a page's token, and nothing is changed by it",
    }),
    ("every field of a model", r'fields\s*=\s*"__all__"', 'fields = "__all__"',
     {}),
    ("SQL by hand", r"\.raw\(|\.extra\(|\bRawSQL\(", "Patient.objects.raw(text)", {}),
    ("SQL put together", r"execute(?:many)?\(\s*(?:f[\"']|[\"'][^\"']*[\"']\s*%)",
     'cursor.execute(f"SELECT {name}")', {
        "mmt/backup/sqlite.py": "the database's own names of its tables",
        "mmt/migrating.py": "the quoted name of an index, in a migration of ours",
        "mmt/jobs/upkeep.py": "a setting of SQLite that takes no parameter, from a constant",
        "assessments/exchange/incoming/memory.py": "the same, a number",
    }),
    ("text run as code", r"\b(?:eval|exec)\(", "eval(text)", {}),
    ("a thing by its id alone", r"objects\.get\((?:pk|id)=", "Patient.objects.get(pk=key)", {}),
    ("order or filter by the request", r"(?:order_by|filter|exclude|get)\(\*+request",
     "order_by(*request.GET)", {}),
    ("objects out of bytes", r"\b(?:pickle|marshal|shelve|dill)\b|yaml\.load\(", "pickle.loads(b)",
     {}),
    ("a shell", r"shell\s*=\s*True|os\.(?:system|popen)\(", "os.system(text)", {}),
    ("asking another server", r"\b(?:urlopen|requests\.(?:get|post)|httpx)\b", "urlopen(address)",
     {}),
    ("chance that can be guessed", r"^\s*(?:import random|from random)", "import random", {}),
    ("a broken hash", r"\b(?:md5|sha1)\(", "md5(data)", {}),
    ("a template out of text", r"\bTemplate\(|from_string\(", "Template(text)", {
        "assessments/exchange/fhir_people.py": "a FHIR line in pieces, with nothing to run in it",
    }),
    ("printing", r"^\s*print\(", "print(patient)", {}),
]  # fmt: skip
OPEN_TO_ALL = {
    "assessments/api/fhir/door.py": "a key is asked for instead; what describes the server is open",
    "assessments/api/urls.py": "a key is asked for instead",
    "assessments/api/views.py": "the description of the API, without records",
    "mmt/accounts/session.py": "the page's own question whether it is still signed in",
    "mmt/accounts/views.py": "an invitation is accepted by its link",
    "mmt/offline.py": "what a browser keeps for a day without a network, without records",
    "mmt/reports.py": "a browser's report",
    "mmt/watch/views.py": "whether the node can serve; figures, for who brings their token",
    "mmt/urls.py": "whether the process answers; signing in by passkey",
}
LONG = 50_000
ANYWHERE = {"search", "findall", "finditer", "sub", "subn", "split"}
REPEATED = ("a", "0", " ", "-", ".", "<", "<a ", '"', "=", "aA0", "\n", "4-", "é", "/x", "a=", "\\")


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("rule", RULES, ids=[rule[0] for rule in RULES])
def test_no_code_has(rule: tuple[str, str, str, dict[str, str]]) -> None:
    _name, pattern, example, allowed = rule
    wanted = re.compile(pattern, re.MULTILINE)
    assert wanted.search(example)
    found = {path.relative_to(ROOT).as_posix() for path in files() if wanted.search(text_of(path))}
    assert found == set(allowed)


def test_what_needs_no_sign_in_is_written_down() -> None:
    found = {
        path.relative_to(ROOT).as_posix() for path in files() if "login_not_required(" in
        text_of(path).replace("@login_not_required\n", "login_not_required(")
    }  # fmt: skip
    assert found == set(OPEN_TO_ALL)


def test_no_message_of_the_log_names_anybody() -> None:
    """Only ids, templates and counts: the arguments of every call are read here."""
    said = []
    for path in files():
        for node in ast.walk(ast.parse(text_of(path))):
            if isinstance(node, ast.Call) and re.fullmatch(
                r"(log|logger|logging)\.(debug|info|warning|error|exception|critical)",
                ast.unparse(node.func),
            ):
                said += [ast.unparse(each) for each in node.args[1:]]
    assert said
    assert [
        each for each in said if re.search(r"name|email|patient(?!\.pk)|note|birth", each)
    ] == []


def expressions() -> Iterator[tuple[str, re.Pattern[str] | re.Pattern[bytes], bool]]:
    """Yield where each expression stands, and whether it is looked for anywhere in a text."""
    for path in files():
        text = text_of(path)
        for node in ast.walk(ast.parse(text)):
            if not (isinstance(node, ast.Call) and ast.unparse(node.func).startswith("re.")):
                continue
            if not (node.args and isinstance(node.args[0], ast.Constant)):
                continue
            how = ast.unparse(node.func).removeprefix("re.")
            flags = [ast.unparse(each) for each in node.args[1:]] if how == "compile" else []
            compiled = re.compile(node.args[0].value, sum(getattr(re, flag[3:]) for flag in flags))
            name = re.search(r"^ *(\w+)\b.*=\s*re\.compile", text.splitlines()[node.lineno - 1])
            calls = re.findall(rf"\b{name[1]}\.(\w+)", text) if name else [how]
            yield f"{path.relative_to(ROOT)}:{node.lineno}", compiled, bool(ANYWHERE & {*calls})


def test_no_regular_expression_can_be_made_to_think() -> None:
    """By processor time, so that a busy machine is no failure: ten times what is promised."""
    found = list(expressions())
    assert len(found) > 20
    slow = []
    for place, expression, anywhere in found:
        ask = expression.search if anywhere else expression.fullmatch
        for piece in REPEATED:
            text = (piece * (LONG // len(piece)))[:LONG] + "\x00!"
            begun = time.process_time()
            ask(text.encode() if isinstance(expression.pattern, bytes) else text)
            if time.process_time() - begun > 0.5:
                slow.append((place, piece))
    assert slow == []
