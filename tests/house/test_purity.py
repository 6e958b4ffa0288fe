"""What import-linter cannot see in pure code: calls that read a clock, dice or a disk, and the order of a set."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.house.tree import Source, at, calls, is_pure, name_of, product_files, source

IMPURE_CALLS = {
    "datetime.now",
    "datetime.today",
    "datetime.utcnow",
    "date.today",
    "uuid1",
    "uuid4",
    "open",
    "input",
    "print",
    "eval",
    "exec",
    "compile",
    "__import__",
    "breakpoint",
    "globals",
    "id",  # differs from run to run
    "hash",  # differs from run to run for text
}
SET_TYPES = {"set", "frozenset", "Set", "AbstractSet"}
ORDER_KEEPING = {"list", "tuple", "enumerate", "iter", "next", "zip", "map", "filter", "reversed", "join", "dict"}
Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Module


def impure_calls(file: Source) -> Iterator[str]:
    """Calls whose answer is not decided by their arguments."""
    for name, call in calls(file.tree):
        # A bare name is the builtin; a dotted one is impure by its last two parts (datetime.datetime.now).
        tail = ".".join(name.split(".")[-2:])
        if name in IMPURE_CALLS or ("." in name and tail in IMPURE_CALLS) or tail.endswith(("uuid1", "uuid4")):
            yield at(file, call, f"calls {name}")


def module_state(file: Source) -> Iterator[str]:
    """Functions that change a module's variable."""
    for node in ast.walk(file.tree):
        if isinstance(node, ast.Global):
            yield at(file, node, f"global {', '.join(node.names)}")


def set_iterations(file: Source) -> Iterator[str]:
    """Places where the order of a set decides an order: loops, list-like comprehensions, list(…), star arguments."""
    functions = [node for node in ast.walk(file.tree) if isinstance(node, Function)]
    for function in functions:
        sets = set_names(function)
        for node in own_nodes(function):
            for iterable in ordered_iterables(node):
                if is_set(iterable, sets):
                    yield at(file, iterable, "depends on the order of a set")


def own_nodes(function: Function) -> Iterator[ast.AST]:
    """The nodes of a function without those of the functions inside it."""
    waiting: list[ast.AST] = list(ast.iter_child_nodes(function))
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, Function):
            waiting.extend(ast.iter_child_nodes(node))


def ordered_iterables(node: ast.AST) -> Iterator[ast.expr]:
    """What ``node`` walks through in order. A set made from a set has no order to lose."""
    match node:
        case ast.For(iter=iterable) | ast.Starred(value=iterable):
            yield iterable
        case ast.ListComp(generators=generators) | ast.DictComp(generators=generators):
            yield from (generator.iter for generator in generators)
        case ast.Call(func=function, args=[ast.GeneratorExp(generators=generators), *_]):
            if name_of(function).split(".")[-1] in ORDER_KEEPING:
                yield from (generator.iter for generator in generators)
        case ast.Call(func=function, args=arguments):
            if name_of(function).split(".")[-1] in ORDER_KEEPING:
                yield from arguments


def set_names(function: Function) -> set[str]:
    """Names that hold a set in this function: by annotation or by what is assigned to them."""
    names: set[str] = set()
    if not isinstance(function, ast.Module):
        parameters = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
        names |= {a.arg for a in parameters if a.annotation is not None and is_set_type(a.annotation)}
    for node in own_nodes(function):
        match node:
            case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation) if is_set_type(annotation):
                names.add(name)
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if is_set(value, names):
                names.add(name)
    return names


def is_set_type(annotation: ast.expr) -> bool:
    """``set[int]``, ``frozenset[int]`` or one of them quoted."""
    if isinstance(annotation, ast.Subscript):
        return is_set_type(annotation.value)
    return name_of(annotation).split(".")[-1] in SET_TYPES


def is_set(node: ast.expr, names: set[str]) -> bool:
    """Whether the expression is visibly a set."""
    match node:
        case ast.Set() | ast.SetComp():
            return True
        case ast.Name(id=name):
            return name in names
        case ast.Call(func=function):
            return name_of(function) in {"set", "frozenset"}
        case ast.BinOp(left=left, op=ast.BitAnd() | ast.BitOr() | ast.BitXor() | ast.Sub(), right=right):
            return is_set(left, names) or is_set(right, names)
    return False


@pytest.mark.parametrize("rule", [impure_calls, module_state, set_iterations])
def test_pure_code_keeps_the_rule(rule) -> None:  # type: ignore[no-untyped-def]
    found = [line for file in product_files() if is_pure(file.path) for line in rule(file)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "text",
    [
        "datetime.now()",
        "datetime.datetime.now(UTC)",
        "date.today()",
        "uuid.uuid4()",
        "uuid4()",
        "open('x')",
        "print(1)",
        "hash('x')",
    ],
)
def test_an_impure_call_is_found(text: str) -> None:
    assert list(impure_calls(source("shared/a.py", text)))


@pytest.mark.parametrize("text", ["datetime.fromtimestamp(0, UTC)", "date(2024, 1, 1)", "port.open()", "self.print(1)"])
def test_a_pure_call_is_left_alone(text: str) -> None:
    assert not list(impure_calls(source("shared/a.py", text)))


@pytest.mark.parametrize(
    "text",
    [
        "for x in {1, 2}: pass",
        "def f(a: set[int]):\n    for x in a: pass",
        "def f(a: frozenset[int]):\n    return [x for x in a]",
        "a = set(b)\nc = list(a)",
        "a = set(b)\nc = ','.join(x for x in a)",
        "a = set(b) - {1}\nf(*a)",
        "def f(a: set[int]):\n    return tuple(a | {1})",
    ],
)
def test_an_order_taken_from_a_set_is_found(text: str) -> None:
    assert list(set_iterations(source("shared/a.py", text)))


@pytest.mark.parametrize(
    "text",
    [
        "for x in sorted({1, 2}): pass",
        "def f(a: set[int]):\n    return {x + 1 for x in a}",
        "def f(a: set[int]):\n    return sum(a), len(a), 1 in a, all(x for x in a)",
        "for x in [1, 2]: pass",
        "def f(a: list[int]):\n    return [x for x in a]",
    ],
)
def test_a_set_without_an_order_is_left_alone(text: str) -> None:
    assert not list(set_iterations(source("shared/a.py", text)))


def test_a_global_statement_is_found() -> None:
    assert list(module_state(source("shared/a.py", "def f():\n    global x\n    x = 1\n")))
