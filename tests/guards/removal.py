"""Taking a guard out of the running process, which is not meant to live on."""

import ast
import gc
import inspect
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from types import CodeType, FunctionType
from typing import Any

from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver

from mmt.kept import Kept

from .sites import ROOT, Guard, without

DECORATED = {"method", "asked again"}
MIDDLEWARE = "middleware"
# Those of the list that let nobody through, or close an answer.
GUARDING = (
    "mmt.middleware.bodiless_head",
    "mmt.middleware.isolated",
    "mmt.middleware.private",
    "mmt.middleware.sealed_programs",
    "mmt.middleware.clean_input",
    "mmt.accounts.session.limits",
    "mmt.accounts.factors.rule.SecondFactorMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
)


def middleware_guards() -> list[Guard]:
    lines = (ROOT / "mmt/settings.py").read_text(encoding="utf-8").splitlines()
    return [
        Guard(MIDDLEWARE, "mmt/settings.py", number, "", 0, line.strip(' ",'))
        for number, line in enumerate(lines, start=1)
        if line.strip(' ",') in GUARDING
    ]


def remove(guard: Guard) -> None:
    """Take the guard out. Raises LookupError where what carries it is not in this process."""
    if guard.kind == MIDDLEWARE:
        settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if name != guard.words]
    elif guard.kind == "scope of a key":
        _let_any_key_in(guard)
    elif guard.within and not _is_decorator(guard):
        _swap_code(guard)
    else:
        _define_anew(guard)


@contextmanager
def code_without(guard: Guard) -> Iterator[None]:
    """Take a guard within a function out for a while."""
    before = _swap_code(guard)
    try:
        yield
    finally:
        for function, code in before.items():
            function.__code__ = code
        forget_written()


def forget_written() -> None:
    """Have the SQL of kept questions written anew, by what the code says now."""
    for each in _kept():
        each._written.clear()


@cache
def _kept() -> list[Kept[Any]]:
    return [each for each in _living() if type(each) is Kept]


def _living() -> list[Any]:
    """Return every object, those too that `tests/conftest.py` has the collector pass over."""
    passed_over = gc.get_freeze_count()
    gc.unfreeze()
    found = gc.get_objects()
    if passed_over:
        gc.freeze()
    return found


def _is_decorator(guard: Guard) -> bool:
    return guard.kind in DECORATED and guard.words.startswith("@")


def _swap_code(guard: Guard) -> dict[FunctionType, CodeType]:
    """Give the functions their code without the guard; return what they had."""
    path = str(ROOT / guard.path)
    fresh = {code.co_qualname: code for code in _codes(compile(without(guard), path, "exec"))}
    chain = _outwards(guard.within)
    functions = [
        each
        for each in _living()
        if type(each) is FunctionType  # a lazy thing may refuse to be asked what it is
        and each.__code__.co_filename == path
        and each.__code__.co_qualname in chain
    ]
    if not functions:
        raise LookupError(f"No function {guard.within} is loaded.")
    before = {function: function.__code__ for function in functions}
    for function in functions:
        function.__code__ = fresh[function.__code__.co_qualname]
    forget_written()
    return before


def _outwards(name: str) -> set[str]:
    """Return the name of a function and of those around it, which make it anew when called."""
    parts = name.split(".<locals>.")
    return {".<locals>.".join(parts[: count + 1]) for count in range(len(parts))}


def _codes(code: CodeType) -> Iterator[CodeType]:
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield each
            yield from _codes(each)


def _define_anew(guard: Guard) -> None:
    """Define the view again without the decorator, and put it where the old one stands."""
    name = guard.path.removesuffix(".py").replace("/", ".")
    module = sys.modules[name]
    old = getattr(module, guard.within)
    [definition] = [
        node
        for node in without(guard).body
        if isinstance(node, ast.FunctionDef) and node.name == guard.within
    ]
    text = ast.Module([definition], type_ignores=[])
    exec(compile(text, str(ROOT / guard.path), "exec"), vars(module))  # noqa: S102 (our own code)
    new = getattr(module, guard.within)
    places = [found for _name, found in patterns() if found.callback is old]
    for found in places:
        found.callback = new
    if not places:
        raise LookupError(f"No address leads to {guard.within}.")


def _let_any_key_in(guard: Guard) -> None:
    from assessments.api.auth import READ
    from assessments.api.site import api

    wanted = (str(ROOT / guard.path), guard.within)
    for _prefix, router in api._routers:
        for view in router.path_operations.values():
            for operation in view.operations:
                code = operation.view_func.__code__
                if (code.co_filename, code.co_qualname) == wanted:
                    operation.auth_callbacks = [READ]
                    return
    raise LookupError(f"No operation {guard.within}.")


def names_of(guard: Guard) -> set[str]:
    """Return the addresses whose view is the guard's function."""
    path = str(ROOT / guard.path)
    return {name for name, found in patterns() if _is_at(found.callback, path, guard.within)}


def _is_at(view: Any, path: str, within: str) -> bool:
    code = getattr(inspect.unwrap(view), "__code__", None)
    return code is not None and (code.co_filename, code.co_qualname) == (path, within)


def patterns(found: Any = None, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Yield every address with its name."""
    for each in (found or get_resolver()).url_patterns:
        if isinstance(each, URLResolver):
            yield from patterns(each, f"{prefix}{each.namespace}:" if each.namespace else prefix)
        else:
            yield f"{prefix}{each.name}", each
