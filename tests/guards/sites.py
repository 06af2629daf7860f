"""Where a guard stands in the code, by kind, and the same code without it."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("mmt", "patients", "assessments")
NOT_SERVED = {"migrations", "demo", "management"}
DOORS = {
    "visible_to",
    "within_reach",
    "ever_within_reach",
    "of_clinics_of",
    "listed_to",
    "listed_within_reach",
    "_of_reach",
}
SCOPES = {"clinic__in", "pk__in", "owner", "user", "patient", "assessment", "clinic"}
KEYS = {"pk", "id", "slug", "key", "kind"}
AGAIN = {"asks_again", "asks_again_to_post"}
METHODS = {"require_POST", "require_safe", "require_GET", "require_http_methods"}
REFUSALS = {"PermissionDenied", "_refusal", "Http404", "Problem"}
CHECKS = ("check_user_", "check_manages_", "_check_in_force")
LETS_ALL_IN = ast.parse("lambda *_a, **_k: None", mode="eval").body


@dataclass(frozen=True, slots=True)
class Guard:
    """`within` is the function's qualified name; `place` counts this file's guards."""

    kind: str
    path: str
    line: int
    within: str
    place: int
    words: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line} {self.kind}: {self.words}"


class _Remover(ast.NodeTransformer):
    """Finds guards; with a `place`, takes that one out."""

    def __init__(self, place: int | None = None) -> None:
        self.place = place
        self.found: list[tuple[str, int, str]] = []
        self._within: list[str] = []

    def _is_it(self, kind: str, node: ast.AST) -> bool:
        within = ".".join(self._within).removesuffix(".<locals>")
        self.found.append((kind, node.lineno, within))  # type: ignore[attr-defined]
        return len(self.found) - 1 == self.place

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        self._within.append(node.name)
        found = self.generic_visit(node)
        self._within.pop()
        return found

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self._within += [node.name, "<locals>"]
        for each in list(node.decorator_list):
            called = each.func if isinstance(each, ast.Call) else each
            name = called.id if isinstance(called, ast.Name) else ""
            kind = "asked again" if name in AGAIN else "method" if name in METHODS else ""
            if kind and self._is_it(kind, each):
                node.decorator_list.remove(each)
            for keyword in each.keywords if isinstance(each, ast.Call) else ():
                if keyword.arg == "auth":
                    self._is_it("scope of a key", each)
        node.body = [self.visit(each) for each in node.body]
        del self._within[-2:]
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        call = node.value
        if isinstance(call, ast.Call) and _name(call.func).startswith(CHECKS):
            if self._is_it("check", node):
                return ast.copy_location(ast.Pass(), node)
            return node
        return self.generic_visit(node)

    def visit_Raise(self, node: ast.Raise) -> ast.AST:
        raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        name = _name(raised) if raised else ""
        text = ast.unparse(node)
        is_refusal = name in REFUSALS and (name != "Problem" or "FORBIDDEN" in text)
        if is_refusal and self._is_it("refusal", node):
            return ast.copy_location(ast.Pass(), node)
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        name = _name(node.func)
        if name in {"user_can", "getattr"}:
            return node
        for place, each in enumerate(node.args):
            if _name(each).startswith(CHECKS) and self._is_it("check", each):
                node.args[place] = LETS_ALL_IN
        for keyword in list(node.keywords):
            if self._is_scope(name, keyword) and self._is_it("scope", keyword.value):
                node.keywords.remove(keyword)
        if name in DOORS and isinstance(node.func, ast.Attribute) and self._is_it("door", node):
            node.func.attr, node.args = "all", []
        if name == "clinics_with" and self._is_it("right", node):
            assert isinstance(node.func, ast.Attribute)
            return ast.copy_location(ast.Attribute(node.func.value, "clinics", ast.Load()), node)
        if name == "ask_again" and self._is_it("asked again", node):
            return ast.copy_location(ast.Constant(None), node)
        return self.generic_visit(node)

    def visit_Return(self, node: ast.Return) -> ast.AST:
        here = self._within[-2] if self._within else ""
        if here.startswith("may") and node.value and ".can(" in ast.unparse(node.value):
            if self._is_it("right", node):
                node.value = ast.Constant(True)
            return node
        return self.generic_visit(node)

    @staticmethod
    def _is_scope(name: str, keyword: ast.keyword) -> bool:
        if name == "get_object_or_404":
            return keyword.arg is not None and keyword.arg not in KEYS
        said = ast.unparse(keyword.value)
        of_the_person = any(
            word in said for word in ("user.clinics", "request.user", "clinic_ids_with")
        )
        return name in {"filter", "get"} and keyword.arg in SCOPES and of_the_person


def _name(node: ast.AST) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def files() -> Iterator[Path]:
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            if not NOT_SERVED & set(path.relative_to(ROOT).parts):
                yield path


def guards_in(path: Path) -> list[Guard]:
    text = path.read_text(encoding="utf-8")
    remover = _Remover()
    remover.visit(ast.parse(text))
    lines = text.splitlines()
    return [
        Guard(kind, path.relative_to(ROOT).as_posix(), line, within, place, lines[line - 1].strip())
        for place, (kind, line, within) in enumerate(remover.found)
    ]


def all_guards() -> list[Guard]:
    return [guard for path in files() for guard in guards_in(path)]


def without(guard: Guard) -> ast.Module:
    tree = ast.parse((ROOT / guard.path).read_text(encoding="utf-8"))
    found: ast.Module = _Remover(guard.place).visit(tree)
    return ast.fix_missing_locations(found)
