"""Static checks: bandit and a secret scan find nothing but what is explained here, and every dependency is pinned.

Known vulnerabilities of the pinned versions are looked up by `make audit`, which needs a network.
"""

from __future__ import annotations

import importlib.metadata
import json
import re
import subprocess
import sys
from typing import Any

from detect_secrets.plugins.keyword import DENYLIST
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.test_house import ROOT, _closure, _constraints, requirements

_PRODUCT = ("bot", "rollcall", "worker", "models", "sandbox", "evaluation", "bench", "deploy")

_OWN_PROGRAM = "a list of arguments, no shell; the program and all but a path or a name from our own table is ours"
_EXPLAINED = {
    ("B404", "bench/race.py"): _OWN_PROGRAM,
    ("B603", "bench/race.py"): _OWN_PROGRAM,
    ("B404", "evaluation/spoken_voices.py"): _OWN_PROGRAM,
    ("B603", "evaluation/spoken_voices.py"): _OWN_PROGRAM,
    ("B404", "models/onnx/export.py"): _OWN_PROGRAM,
    ("B603", "models/onnx/export.py"): _OWN_PROGRAM,
    ("B404", "models/weights/sources.py"): _OWN_PROGRAM,
    ("B603", "models/weights/sources.py"): _OWN_PROGRAM,
    ("B404", "sandbox/voices/make.py"): _OWN_PROGRAM,
    ("B603", "sandbox/voices/make.py"): _OWN_PROGRAM,
    ("B404", "worker/audio/ffmpeg.py"): _OWN_PROGRAM,
    ("B603", "worker/audio/ffmpeg.py"): _OWN_PROGRAM,
    ("B606", "bench/load/__main__.py"): "it becomes our own script that starts servers, with a list of arguments",
    ("B606", "rollcall/system/leash.py"): "it becomes the program that our own process names; no shell is what we want",
    (
        "B606",
        "worker/audio/confined.py",
    ): "it becomes the program that worker/audio/ffmpeg.py names; no shell is what we want",
    ("B311", "bench/service.py"): "arrival times of a benchmark",
    ("B311", "bench/load/crowd.py"): "who speaks when in a load run, the same each time",
    ("B104", "bot/transport/deafness.py"): "compared with, not bound",
    ("B104", "rollcall/cli/health.py"): "compared with, not bound",
    ("B311", "bot/messages/phrases.py"): "which phrase to read aloud; secrets come from `secrets`",
    (
        "B310",
        "models/weights/sources.py",
    ): "an address of our own cards, and what arrives is checked by its hash",
    ("B311", "bot/transport/backoff.py"): "a pause of random length",
    ("B105", "bot/transport/outage.py"): "a sentence about the token",
    ("B311", "rollcall/queue/galleries.py"): "a pause of random length",
    ("B108", "rollcall/system/sockets.py"): "a folder with a random name is made there, for its owner alone",
    ("B403", "models/weights/tensors.py"): "an unpickler that knows the names of a state dict and nothing else",
    ("B310", "rollcall/ops/checkups.py"): "the Bot API's address of the administrator's own settings",
    ("B310", "rollcall/ops/doctor.py"): "the Bot API's address of the administrator's own settings",
    ("B310", "rollcall/system/clock_skew.py"): "the same address, for the time it tells",
    ("B310", "rollcall/system/telegram_files.py"): "the same address, for a note that a teacher listens to",
    (
        "B104",
        "rollcall/config/settings.py",
    ): "the webhook listens behind the reverse proxy; its calls carry a secret",
    ("B101", "sandbox/product.py"): "narrows a type; the sandbox is no part of an installation that serves anybody",
    ("B105", "sandbox/telegram.py"): "the token of a Telegram that exists on this machine only",
}
"""bandit's rule and the file → why it may stay."""

_NO_SECRETS = {
    (".env.example", "Basic Auth Credentials"): "an example of a URL",
    ("docs/operating.md", "Basic Auth Credentials"): "an example of a URL",
    **{
        (f"deploy/kubernetes/{file}.yaml", "Secret Keyword"): "the name of a Kubernetes secret, which is made elsewhere"
        for file in (
            "base/bot",
            "base/migrate",
            "base/web",
            "base/postgres",
            "base/valkey",
            "base/worker",
            "gpu/worker-gpu",
        )
    },
    ("deploy/kubernetes/secrets.example.yaml", "Secret Keyword"): "an example: the command that makes one",
    ("tests/machines/estate.py", "Secret Keyword"): "passwords of servers that a test starts",
    ("tests/rollcall/storage/test_tls.py", "Secret Keyword"): "passwords of servers that a test starts",
    ("tests/rollcall/ops/test_logs.py", "Base64 High Entropy String"): "made up, to be kept out of the log",
    ("tests/rollcall/ops/test_logs.py", "Basic Auth Credentials"): "made up, to be kept out of the log",
    ("tests/rollcall/ops/test_logs.py", "Telegram Bot Token"): "made up, to be kept out of the log",
    ("tests/rollcall/config/test_settings.py", "Basic Auth Credentials"): "examples of URLs",
    ("models/campplus/card.toml", "Hex High Entropy String"): "SHA-256 of public weights",
    ("models/detector/card.toml", "Hex High Entropy String"): "SHA-256 of a public file",
    ("models/ecapa/card.toml", "Hex High Entropy String"): "SHA-256 of public weights",
    ("models/recogniser/card.toml", "Hex High Entropy String"): "SHA-256 of public weights",
    ("models/segmentation/card.toml", "Hex High Entropy String"): "SHA-256 of a public file",
    ("rollcall/storage/database.py", "Basic Auth Credentials"): "an example of a URL",
    ("tests/models/test_card.py", "Hex High Entropy String"): "SHA-256 of public weights",
    ("tests/rollcall/audit/test_chain.py", "Base64 High Entropy String"): "the key of a test",
    ("tests/rollcall/domain/test_operating.py", "Hex High Entropy String"): "SHA-256 of a shipped file",
    ("tests/sandbox/test_updates.py", "Secret Keyword"): "the webhook secret of a test",
}
"""The file and what detect-secrets takes it for → what it is."""

_INVENTED = "tests/rollcall/storage/released/"
"""Rows of every released schema, of people who do not exist: hashes and sealed bytes, all of them."""


_RUN = "[A-Za-z0-9+/=_:-]"
_SUSPICIOUS = "|".join(
    (
        rf"[0-9]{_RUN}{{11}}", rf"{_RUN}{{11}}[0-9]", rf"(?={_RUN}*[a-z][A-Z]){_RUN}{{16}}",
        f"(?i:{'|'.join(DENYLIST)})", "PRIVATE", "://",
    )
)  # fmt: skip
"""Where a secret finds room: a word of one, an address, or something long with a digit or a capital in it. Few lines
have any of these; on all others, and in whole files of them, the scanner's thirty kinds need not be tried."""
_SCAN = ("scan", "--no-verify", "--exclude-lines", f"^(?!.*(?:{_SUSPICIOUS}))")


def test_bandit_finds_nothing_but_what_is_explained() -> None:
    folders = [folder for folder in _PRODUCT if (ROOT / folder).is_dir()]
    found = _json("-m", "bandit", "--quiet", "--recursive", "--format", "json", *folders)
    assert found["errors"] == []
    assert {(one["test_id"], one["filename"]) for one in found["results"]} == _EXPLAINED.keys()


def test_no_secret_is_committed() -> None:
    room = re.compile(_SUSPICIOUS.encode())
    files = [
        file
        for file in subprocess.check_output(["git", "ls-files"], cwd=ROOT, text=True).splitlines()
        if not file.startswith(_INVENTED) and (ROOT / file).is_file() and room.search((ROOT / file).read_bytes())
    ]
    found = _json("-m", "detect_secrets", *_SCAN, *files)
    assert {(file, one["type"]) for file, several in found["results"].items() for one in several} == _NO_SECRETS.keys()


def test_a_secret_would_be_noticed(tmp_path: Any) -> None:
    leaked = {
        "AWS Access Key": 'it = "AKIA' + 'Q3EGRIW5MPLUV7XZ"',
        "Base64 High Entropy String": 'it = "c3VwZXIgbG9uZyBzdHJ'
        + "pbmcgc2hvdWxk"
        + "IGNhdXNlIGVub3"
        + 'VnaCBlbnRyb3B5"',
        "Basic Auth Credentials": "at https://maria:" + "opensesame@example.org/",
        "GitHub Token": "it: ghp_" + "wWPw5k4aXcaT4fNP0U" + "cnZwJUVFk6LO0pINUx",
        "Hex High Entropy String": 'it = "2b00042f7481c7b056c4' + 'b410d28f33cf"',
        "JSON Web Token": "eyJhbGciOiJIUzI1Ni"
        + "IsInR5cCI6IkpXVCJ9"
        + ".eyJzdWIiOiIxMjM0NT"
        + "Y3ODkwIn0.dozjgNryP4J3jV"
        + "mNHl0w5N_XgL0n3I9PlFUP0THsR8U",
        "Private Key": "-----BEGIN RSA PRIVATE " + "KEY-----",
        "Secret Keyword": 'password = "' + 'opensesame"',
        "Slack Token": "xoxb-" + "34532454-e039d02840a0b9379c",
        "Telegram Bot Token": "110201543" + ":AAHdqTcvCH1vGWJxfSe" + "1ofSAs0K5PALDsaw",
    }
    (tmp_path / "settings.py").write_text("\n".join(leaked.values()) + "\n")
    found = _json("-m", "detect_secrets", "-C", str(tmp_path), *_SCAN, "--all-files")["results"]
    assert leaked.keys() <= {one["type"] for several in found.values() for one in several}


def test_everything_that_any_extra_brings_along_is_pinned() -> None:
    pinned = {canonicalize_name(Requirement(line).name) for line in _constraints()}
    extras = set(requirements())
    # What is not installed tells nothing of what it would bring; those extras are compiled all the same.
    absent = {"audit", "bench", "fuzz", "resemblyzer"}
    assert _closure("rollcall", extras - absent) - pinned - {"rollcall"} == set()


def test_what_is_installed_here_is_what_is_pinned() -> None:
    pinned: dict[str, set[str]] = {}
    for line in _constraints():
        requirement = Requirement(line)
        pinned.setdefault(canonicalize_name(requirement.name), set()).add(
            re.sub(r"\+.*", "", str(requirement.specifier).removeprefix("=="))
        )
    for each in importlib.metadata.distributions():
        name = canonicalize_name(each.metadata["Name"])
        assert re.sub(r"\+.*", "", each.version) in pinned.get(name, {re.sub(r"\+.*", "", each.version)}), name


def _json(*arguments: str) -> Any:
    answer = subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    assert answer.stdout, answer.stderr
    return json.loads(answer.stdout)
