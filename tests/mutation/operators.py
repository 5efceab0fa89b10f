"""Which faults can be put into a module: small changes of its source, each of one place."""

from __future__ import annotations

import ast
import copy
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE), ast.LtE: (ast.Lt, ast.Gt), ast.Gt: (ast.GtE, ast.LtE), ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,), ast.Is: (ast.IsNot,), ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,), ast.NotIn: (ast.In,),
}  # fmt: skip
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult, ast.Pow: ast.Mult, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.MatMult: ast.Mult,
    ast.LShift: ast.RShift, ast.RShift: ast.LShift,
}  # fmt: skip
_NAMES = {"min": "max", "max": "min", "any": "all", "all": "any", "in_": "not_in", "not_in": "in_"}
_CONDITIONS = {"where", "filter"}
_LOGS = {"_log", "logging", "metrics"}
_POSITIONED = (ast.expr, ast.stmt)
_BRANCHES = (ast.If, ast.IfExp, ast.While)


@dataclass(frozen=True)
class Mutant:
    """One fault.

    Attributes:
        key: names it, whatever is added above it: function, what was there, what is there now.
        line: where, from 1.
        start, end: the bytes that are replaced.
        text: by what.
    """

    key: str
    line: int
    start: int
    end: int
    text: str

    def applied_to(self, source: str) -> str:
        """The module with the fault in it."""
        content = source.encode()
        return (content[: self.start] + self.text.encode() + content[self.end :]).decode()


def mutants(source: str) -> list[Mutant]:
    """Every fault that can be put into this module, in the order of its lines."""
    starts = [0]
    for line in source.encode().splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    found, seen = [], Counter[str]()
    for where, node, text in sorted(_changes(ast.parse(source)), key=lambda one: (*_place(one[1]), one[2])):
        start = starts[node.lineno - 1] + node.col_offset
        end = starts[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0)
        key = f"{where}: {_brief(ast.unparse(node))} -> {_brief(text)}"
        seen[key] += 1
        if seen[key] > 1:
            key += f" #{seen[key]}"
        found.append(Mutant(key, node.lineno, start, end, text))
    return found


def _place(node: ast.expr | ast.stmt) -> tuple[int, int, int]:
    return node.lineno, node.col_offset, -(node.end_col_offset or 0)


def _changes(tree: ast.Module) -> Iterator[tuple[str, ast.expr | ast.stmt, str]]:
    """(function, node, the source that takes its place)."""
    waiting: list[tuple[str, ast.AST]] = [("", node) for node in tree.body]
    while waiting:
        where, node = waiting.pop()
        if isinstance(node, ast.Import | ast.ImportFrom) or _is_docstring(node) or _is_for_types(node):
            continue
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            where = f"{where}.{node.name}".lstrip(".")
        elif isinstance(node, _POSITIONED):
            for changed in _of(node):
                text = ast.unparse(ast.fix_missing_locations(changed))
                yield where or "module", node, f"({text})" if isinstance(node, ast.expr) else text
        tests = node.ifs if isinstance(node, ast.comprehension) else [node.test] if isinstance(node, _BRANCHES) else []
        for test in tests:
            # Comparisons and the rest have changes of their own that come to the same.
            if not isinstance(test, ast.Compare | ast.UnaryOp):
                yield where or "module", test, f"(not ({ast.unparse(test)}))"
        waiting += [(where, child) for child in _children(node)]


def _children(node: ast.AST) -> Iterator[ast.AST]:
    """Not decorators and annotations: what they say, the type checker and the tests of imports see."""
    for name, value in ast.iter_fields(node):
        if name in ("decorator_list", "annotation", "returns", "type_params", "bases"):
            continue
        if isinstance(node, ast.JoinedStr):
            return
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not _is_log(child):
                yield child


def _of(node: ast.expr | ast.stmt) -> Iterator[ast.AST]:
    match node:
        case ast.Compare(ops=[op]):
            for other in _COMPARISONS.get(type(op), ()):
                yield _with(node, ops=[other()])
        case ast.BoolOp():
            yield _with(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
        case ast.UnaryOp(op=ast.Not() | ast.Invert() | ast.USub()):
            yield node.operand
        case ast.BinOp() if type(node.op) in _ARITHMETIC:
            yield _with(node, op=_ARITHMETIC[type(node.op)]())
        case ast.Constant():
            yield from _constants(node)
        case ast.Call():
            yield from _calls(node)
        case ast.Return(value=value) if value is not None and not _is_none(value):
            yield _with(node, value=ast.Constant(None))
        case ast.Expr(value=ast.Call() | ast.Await()) if not _is_log(node):
            yield ast.Pass()
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]) | ast.AugAssign() | ast.Delete():
            yield ast.Pass()
        case ast.Continue():
            yield ast.Break()
        case ast.Break() | ast.Raise():
            yield ast.Pass()
        case ast.Subscript(slice=ast.Slice(lower=lower, upper=upper)) if lower or upper:
            yield _with(node, slice=ast.Slice())


def _constants(node: ast.Constant) -> Iterator[ast.AST]:
    match node.value:
        case bool(value):
            yield ast.Constant(not value)
        case int(value):
            yield ast.Constant(value + 1)
        case float(value):
            yield ast.Constant(value * 1.5 if value else 1.0)


def _calls(node: ast.Call) -> Iterator[ast.AST]:
    match node.func:
        case ast.Name(id=name) if name in _NAMES:
            yield _with(node, func=ast.Name(_NAMES[name]))
        case ast.Attribute(attr=name) if name in _NAMES:
            yield _with(node, func=_with(node.func, attr=_NAMES[name]))
        case ast.Attribute(attr="desc", value=value):
            yield value
        case ast.Attribute(attr="exists" | "is_", value=value):
            return
    if isinstance(node.func, ast.Attribute) and node.func.attr in _CONDITIONS:
        for number in range(len(node.args)):
            yield _with(node, args=[each for index, each in enumerate(node.args) if index != number])


def _with(node: ast.AST, **fields: object) -> ast.AST:
    other = copy.copy(node)
    for name, value in fields.items():
        setattr(other, name, value)
    return other


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def _is_log(node: ast.AST) -> bool:
    """A line of the log, or a metric: told to people, decided by nobody."""
    call = node.value if isinstance(node, ast.Expr) else node
    if not isinstance(call, ast.Call):
        return False
    name: ast.expr = call.func
    while isinstance(name, ast.Attribute):
        name = name.value
    return isinstance(name, ast.Name) and name.id in _LOGS


def _brief(source: str) -> str:
    text = " ".join(source.split())
    return text if len(text) <= 110 else text[:70] + " ... " + text[-35:]
