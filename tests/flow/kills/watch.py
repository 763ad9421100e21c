"""Every call of a port's method as a named point, before and after it: to be listed, or to be killed at.

Rule: what is wrapped follows from the Protocols in ``dam.ports`` and their annotations alone, so that a new method is
watched without a line here. Must not: change what a call does.
"""

import inspect
import os
import pkgutil
import signal
import typing
from collections import Counter
from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from types import FunctionType
from typing import Any

from dam import ports as package
from dam.ports import store

_DUNDERS = frozenset({"__enter__", "__exit__"})


@cache
def ports() -> Mapping[str, type]:
    """Every Protocol of ``dam.ports``, by name."""
    modules = [import_module(f"{package.__name__}.{each.name}") for each in pkgutil.iter_modules(package.__path__)]
    found = (each for module in modules for each in vars(module).values() if inspect.isclass(each))
    return {each.__name__: each for each in found if getattr(each, "_is_protocol", False) and _is_ours(each)}


@cache
def methods(port: type) -> Mapping[str, type | None]:
    """The port's methods, and for each the port that it returns, if it returns one."""
    return {name: _returned(port, made) for name, made in vars(port).items() if _counts(name, made)}


@cache
def parts(port: type) -> Mapping[str, type | None]:
    """The port's properties in the same way; reading one is no call to the outside."""
    found = ((name, made.fget) for name, made in vars(port).items() if isinstance(made, property))
    return {name: _returned(port, getter) for name, getter in found if getter is not None}


class Trace:
    """The points that were passed, in order, and what ``look`` saw at each. At ``target`` the process kills itself."""

    def __init__(self, target: str | None = None, look: Callable[[], int] = int) -> None:
        self.passed: list[tuple[str, int]] = []
        self._target, self._look = target, look
        self._counts: Counter[str] = Counter()

    def pass_by(self, kind: str) -> None:
        """``kind`` is ``Port.method:side``; the point's name also has how often the kind was passed."""
        self._counts[kind] += 1
        point = f"{kind}#{self._counts[kind]}"
        self.passed.append((point, self._look()))
        if point == self._target:
            os.kill(os.getpid(), signal.SIGKILL)


class Watched:
    """A stand-in for ``real``, which implements ``port``; what its methods return is watched too, if it is a port.

    ``mode`` tells apart what is called within a unit of work that only reads.
    """

    def __init__(self, real: Any, port: type, trace: Trace, mode: str = "") -> None:
        self._real, self._port, self._trace, self._mode = real, port, trace, mode

    def __getattr__(self, name: str) -> Any:
        if name in methods(self._port):
            return self._watched_call(name)
        return self._wrapped(getattr(self._real, name), parts(self._port).get(name), self._mode)

    def __enter__(self) -> Any:
        return self._watched_call("__enter__")()

    def __exit__(self, *exc: object) -> None:
        self._watched_call("__exit__")(*exc)

    def _watched_call(self, name: str) -> Callable[..., Any]:
        mode = " (reading)" if (self._port, name) == (store.Store, "reading") else self._mode
        kind = f"{self._port.__name__}.{name}{mode}"

        def call(*args: Any, **options: Any) -> Any:
            self._trace.pass_by(f"{kind}:before")
            answer = getattr(self._real, name)(*args, **options)
            self._trace.pass_by(f"{kind}:after")
            return self if answer is self._real else self._wrapped(answer, methods(self._port)[name], mode)

        return call

    def _wrapped(self, answer: Any, port: type | None, mode: str) -> Any:
        return answer if port is None or answer is None else Watched(answer, port, self._trace, mode)


def kind_of(point: str) -> str:
    """``Port.method:side`` of a point's name; within a unit of work that only reads it is another kind."""
    return point.partition("#")[0]


def method_of(point: str) -> str:
    """``Port.method`` of a point's name."""
    return point.partition(":")[0].partition(" ")[0]


def _is_ours(port: type) -> bool:
    return port.__module__.startswith("dam.ports.")


def _counts(name: str, made: object) -> bool:
    return isinstance(made, FunctionType) and (not name.startswith("_") or name in _DUNDERS)


def _returned(port: type, function: Callable[..., Any]) -> type | None:
    answer = typing.get_type_hints(function).get("return")
    if answer is typing.Self:
        return port
    return answer if inspect.isclass(answer) and answer in ports().values() else None
