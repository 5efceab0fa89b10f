"""The house itself: what is committed, what installs, what the containers are told."""

from __future__ import annotations

import importlib.metadata
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from rollcall.config.settings import Settings

ROOT = Path(__file__).parents[1]
ENV_EXAMPLE = (ROOT / ".env.example").read_text()
SETTINGS = {f"ROLLCALL_{name.upper()}" for name in Settings.model_fields}

_ELSEWHERE = re.compile(
    r"""\b(?:pypi\.(?:org|python\.org)|pythonhosted\.org|download\.pytorch\.org|registry\.npmjs\.org)\b
    | \b(?:docker|ghcr|quay|nvcr)\.io\b
    | (?<![\w.])/(?:work|root|tmp/w|opt/(?:wheels|pypi[\w-]*))/
    | (?<![\w.])/home/\w""",
    re.VERBOSE,
)
"""A package registry's host, or a path that only somebody's own machine has."""


def test_no_committed_file_names_a_registry_or_a_path_of_some_machine() -> None:
    named = {path.relative_to(ROOT): _ELSEWHERE.findall(_text(path)) for path in _committed()}
    assert {path: found for path, found in named.items() if found} == {}


def test_no_lock_file_with_addresses_is_committed() -> None:
    assert not {"uv.lock", "poetry.lock", "Pipfile.lock", "pip.conf", "uv.toml"} & {path.name for path in _committed()}


def test_constraints_are_exact_versions_without_any_address() -> None:
    pinned = re.compile(r"[a-z0-9-]+==[\w.]+( ; [\w'. <>=!]+)?")
    assert [line for line in _constraints() if not pinned.fullmatch(line)] == []


def test_every_requirement_has_a_constraint() -> None:
    constrained = {canonicalize_name(Requirement(line).name) for line in _constraints()}
    declared = {canonicalize_name(Requirement(line).name) for lines in requirements().values() for line in lines}
    assert declared - constrained - {"rollcall"} == set()


def test_the_example_of_settings_names_every_setting_and_no_other() -> None:
    names = re.findall(r"^(?:# )?(\w+)=", ENV_EXAMPLE, re.MULTILINE)
    assert len(names) == len(set(names))
    assert set(names) == SETTINGS | {"PROXY_SITE", "PROXY_TLS"}


def test_the_example_of_settings_explains_every_line() -> None:
    paragraphs = ENV_EXAMPLE.strip().split("\n\n")[1:]
    assert [text for text in paragraphs if not re.fullmatch(r"(# [A-Za-z].+\n(# .+\n)*)(# )?[A-Z_]+=.*", text)] == []


def test_the_example_of_settings_tells_the_true_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SETTINGS & set(os.environ):
        monkeypatch.delenv(name)
    said = tmp_path / "env"
    said.write_text("\n".join(re.findall(r"^(?:# )?(ROLLCALL_\w+=.+)", ENV_EXAMPLE, re.MULTILINE)))
    assert Settings(_env_file=said) == Settings(_env_file=None)


def test_the_example_of_settings_is_valid_as_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SETTINGS & set(os.environ):
        monkeypatch.delenv(name)
    assert Settings(_env_file=ROOT / ".env.example") == Settings(_env_file=None)


def test_the_bot_is_imported_without_torch_and_without_the_other_rooms() -> None:
    code = "import sys, bot.app; print(*(name.partition('.')[0] for name in sys.modules))"
    answer = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not {"torch", "torchaudio", "av", "onnxruntime", "models", "worker", "sandbox"} & set(answer.stdout.split())


def test_the_bot_is_installed_without_torch() -> None:
    installed = _closure("rollcall", {"bot", "postgres"})
    assert "python-telegram-bot" in installed
    assert not {"torch", "torchaudio", "speechbrain", "onnxruntime", "av"} & installed


def test_a_worker_on_a_cpu_is_installed_without_torch() -> None:
    installed = _closure("rollcall", {"worker"})
    assert {"onnxruntime", "av"} <= installed
    assert not {"torch", "torchaudio", "speechbrain"} & installed


def _committed() -> Iterator[Path]:
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return (path for name in listed.split("\0") if name and (path := ROOT / name).is_file())


def _text(path: Path) -> str:
    return path.read_bytes().decode(errors="ignore")


def requirements() -> dict[str, list[str]]:
    """What pyproject.toml asks for, by extra; without one under no name. Not as it was when somebody installed it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return {"": project["dependencies"], **project["optional-dependencies"]}


def _constraints() -> list[str]:
    return (ROOT / "constraints.txt").read_text().splitlines()


def _closure(name: str, extras: set[str]) -> set[str]:
    """Everything that pip would bring along."""
    found: set[str] = set()
    waiting = [(name, extra) for extra in {"", *extras}]
    seen: set[tuple[str, str]] = set()
    while waiting:
        package, extra = waiting.pop()
        if (package, extra) in seen:
            continue
        seen.add((package, extra))
        ours = requirements() if package == "rollcall" else None
        lines = importlib.metadata.requires(package) or [] if ours is None else ours.get(extra, [])
        for line in lines:
            requirement = Requirement(line)
            if requirement.marker is None or requirement.marker.evaluate({"extra": extra}):
                found.add(required := canonicalize_name(requirement.name))
                waiting += [(required, wanted) for wanted in {"", *requirement.extras}]
    return found
