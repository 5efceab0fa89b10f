"""A copy of the product to put faults into, and its tests run on one fault after another."""

from __future__ import annotations

import ast
import contextlib
import importlib
import os
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType

from prometheus_client import REGISTRY
from prometheus_client.metrics import MetricWrapperBase

ROOT = Path(__file__).parents[2]
_PARTS = ("bot", "evaluation", "models", "rollcall", "sandbox", "tests", "worker", "pyproject.toml")
_LIBRARIES = (
    "alembic", "av", "cryptography", "fluent.runtime", "hypothesis", "numpy", "onnxruntime",
    "prometheus_client", "pydantic", "pydantic_settings", "pytest", "pytest_asyncio", "pytest_timeout", "redis.asyncio",
    "scipy.fft", "sqlalchemy.orm", "telegram.ext",
)  # fmt: skip
_OURS = ("bot.app", "models.registry", "rollcall.cli.main", "rollcall.storage.migrate", "worker.main")
"""All imported once, before the process divides: they take longer than most tests."""
_PLUGINS = ("pytest_asyncio.plugin", "pytest_timeout", "_hypothesis_pytestplugin")
_QUIET = ("-W", "ignore::pytest.PytestAssertRewriteWarning")
"""Of plugins that a library has imported before pytest saw them."""
_LOOK_EVERY = 0.02


class House:
    """The copy. Each run is a child that has all modules already, but for the changed one and what imports it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "product"
        self.folder.mkdir()
        for name in _PARTS:
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, self.folder / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(ROOT / name, self.folder / name)
        shared = ROOT.parent / "shared"
        if shared.exists():
            (folder / "shared").symlink_to(shared)
        os.environ["PYTHONPATH"] = str(self.folder)
        # The tests are the copy's, and so is what they try.
        sys.path[:] = [str(self.folder), *(one for one in sys.path if Path(one or ".").resolve() != ROOT)]
        for name in list(filter(_is_ours, sys.modules)):
            del sys.modules[name]
        for name in (*_LIBRARIES, *_OURS):
            with contextlib.suppress(ImportError):
                importlib.import_module(name)
        self._imports = {name: _imported(module) for name, module in sys.modules.items() if _is_ours(name)}

    @contextmanager
    def changed(self, module: str, source: str) -> Iterator[None]:
        """The copy with this in the module's place."""
        path = self.folder / module
        before = path.read_text()
        self._write(path, source)
        try:
            yield
        finally:
            self._write(path, before)

    def _write(self, path: Path, source: str) -> None:
        path.write_text(source)
        # Compiled files are told from old ones by the second, and several faults come in one.
        for compiled in (path.parent / "__pycache__").glob(f"{path.stem}.*.pyc"):
            compiled.unlink()

    def run(self, module: str, tests: tuple[str, ...], timeout: float) -> tuple[str, float, str]:
        """The module's tests up to the first that fails.

        Returns:
            "passed", "failed" or "timeout"; the seconds; the end of what they said.
        """
        log = self.folder / "tests.log"
        started = time.monotonic()
        child = os.fork()
        if child == 0:
            self._be_tested(module, tests, log)
        status: int | None = None
        while status is None and time.monotonic() - started < timeout:
            ended, raw = os.waitpid(child, os.WNOHANG)
            status = os.waitstatus_to_exitcode(raw) if ended else None
            time.sleep(_LOOK_EVERY)
        # Also what the tests started and left behind.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)
        if status is None:
            os.waitpid(child, 0)
        outcome = {None: "timeout", 0: "passed"}.get(status, "failed")
        return outcome, time.monotonic() - started, log.read_text(errors="replace")[-2000:]

    def _be_tested(self, module: str, tests: tuple[str, ...], log: Path) -> None:
        code = 70
        try:
            os.setsid()
            os.chdir(self.folder)
            descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            for number in (1, 2):
                os.dup2(descriptor, number)
            self._unload(module.removesuffix(".py").replace("/", "."))
            import pytest

            os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # looking for plugins takes longer than most tests
            plugins = [word for name in _PLUGINS for word in ("-p", name)]
            options = [*plugins, "-x", "-q", "--tb=line", "-p", "no:cacheprovider", "-m", "not postgres", *_QUIET]
            code = int(pytest.main([*options, *tests]))
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)

    def _unload(self, changed: str) -> None:
        stale, more = {changed}, {changed}
        while more:
            more = {name for name, imports in self._imports.items() if imports & more} - stale
            stale |= more
        for name in [name for name in sys.modules if name in stale or name.partition(".")[0] == "tests"]:
            package, _, last = name.rpartition(".")
            if package in sys.modules and hasattr(sys.modules[package], last):
                delattr(sys.modules[package], last)  # else `from package import module` finds the old one
            for value in vars(sys.modules.pop(name)).values():
                if isinstance(value, MetricWrapperBase):  # made once more it would be one too many
                    with contextlib.suppress(KeyError):
                        REGISTRY.unregister(value)


def _is_ours(name: str) -> bool:
    return name.partition(".")[0] in _PARTS and not name.startswith("tests")


def _imported(module: ModuleType) -> set[str]:
    """Names of the modules that one of ours imports, wherever in its source."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(Path(module.__file__ or os.devnull).read_text())):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


@contextmanager
def house() -> Iterator[House]:
    """A copy in a temporary folder."""
    with TemporaryDirectory(prefix="rollcall-mutation.") as folder:
        yield House(Path(folder))
