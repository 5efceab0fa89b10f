"""The manifests: rendered by kubectl itself, valid by the published schemas, restricted, and true to the code."""

from __future__ import annotations

import os
import re
import textwrap
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from rollcall.config.settings import Settings
from rollcall.queue import keys
from tests.deploy.tools import ROOT, SETTINGS, checked

FOLDERS = ("base", "gpu", "keda")
VERSIONS = ("1.30", "1.37")


@cache
def rendered(folder: str) -> tuple[dict[str, Any], ...]:
    """What `kubectl apply -k` would send."""
    return tuple(yaml.safe_load_all(checked("kubectl", "kustomize", f"deploy/kubernetes/{folder}")))


def named(folder: str, kind: str, name: str) -> dict[str, Any]:
    return next(one for one in rendered(folder) if (one["kind"], one["metadata"]["name"]) == (kind, name))


def pods(folder: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for one in rendered(folder):
        if "template" in one.get("spec", {}):
            yield one["metadata"]["name"], one["spec"]["template"]


@pytest.mark.parametrize("version", VERSIONS)
def test_every_manifest_is_valid_by_the_published_schema(version: str) -> None:
    seen: list[dict[str, Any]] = []
    for one in (one for folder in FOLDERS for one in rendered(folder)):
        if one["apiVersion"] != "keda.sh/v1alpha1" and one not in seen:
            seen.append(one)
            kubernetes_validate.validate(one, version, strict=True)
    assert len(seen) > len(rendered("base"))


def test_the_example_of_the_secret_is_valid_and_names_settings_only() -> None:
    secret = yaml.safe_load((ROOT / "deploy/kubernetes/secrets.example.yaml").read_text())
    kubernetes_validate.validate(secret, VERSIONS[-1], strict=True)
    assert {name.upper() for name in secret["stringData"]} <= SETTINGS


def test_the_published_schema_would_find_a_mistake() -> None:
    wrong = {**named("base", "Deployment", "bot"), "specs": {}}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, VERSIONS[-1], strict=True)


def test_the_scaler_is_valid_by_keda_s_own_definitions() -> None:
    from cloudcoil.models.keda import v1alpha1 as keda  # a client of Kubernetes comes along, and takes its time

    kinds = {"ScaledObject": keda.ScaledObject, "TriggerAuthentication": keda.TriggerAuthentication}
    ours = [one for one in rendered("keda") if one["apiVersion"] == "keda.sh/v1alpha1"]
    assert {one["kind"] for one in ours} == kinds.keys()
    for one in ours:
        read = kinds[one["kind"]].model_validate(one)
        # A field that KEDA does not know would be dropped on the way.
        assert read.model_dump(mode="json", by_alias=True, exclude_unset=True) == one


def test_the_scaler_counts_the_stream_that_workers_read() -> None:
    scaler = named("keda", "ScaledObject", "worker")["spec"]
    assert scaler["scaleTargetRef"] == {"name": "worker"}
    assert [trigger["type"] for trigger in scaler["triggers"]] == ["redis-streams"] * 2
    for trigger in scaler["triggers"]:
        facts = trigger["metadata"]
        assert (facts["stream"], facts["consumerGroup"]) == (keys.JOBS, keys.WORKERS)
        assert facts["address"] == "valkey.rollcall.svc:6379"
        # One measure a trigger: with more, KEDA takes pendingEntriesCount and is silent about the rest.
        assert len({"lagCount", "pendingEntriesCount", "streamLength"} & facts.keys()) == 1
    assert "replicas" not in named("keda", "Deployment", "worker")["spec"]


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_pod_is_restricted(folder: str) -> None:
    """What the namespace's label asks of the cluster: the standard "restricted", and a root that cannot be written."""
    for name, template in pods(folder):
        spec = template["spec"]
        assert spec["automountServiceAccountToken"] is False, name
        assert spec["securityContext"]["runAsNonRoot"] is True, name
        assert spec["securityContext"]["runAsUser"] > 0, name
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
        assert not {"hostNetwork", "hostPID", "hostIPC"} & spec.keys(), name
        assert {kind for volume in spec["volumes"] for kind in volume.keys() - {"name"}} <= {"emptyDir", "secret"}
        for container in spec["containers"]:
            context = container["securityContext"]
            assert context["allowPrivilegeEscalation"] is False, name
            assert context["readOnlyRootFilesystem"] is True, name
            assert context["capabilities"] == {"drop": ["ALL"]}, name
            assert {"cpu", "memory"} <= container["resources"]["limits"].keys(), name
            assert {"cpu", "memory"} <= container["resources"]["requests"].keys(), name


@pytest.mark.parametrize("folder", FOLDERS)
def test_bots_and_workers_are_asked_whether_they_live_and_are_ready(folder: str) -> None:
    asked = 0
    for _, template in pods(folder):
        if template["metadata"]["labels"]["app.kubernetes.io/component"] in {"bot", "web", "worker"}:
            (container,) = template["spec"]["containers"]
            assert container["livenessProbe"]["httpGet"] == {"path": "/live", "port": "ops"}
            assert container["readinessProbe"]["httpGet"] == {"path": "/ready", "port": "ops"}
            assert {"name": "ops", "containerPort": 9100} in container["ports"]
            asked += 1
    assert asked == {"base": 3, "gpu": 4, "keda": 3}[folder]


def test_workers_hold_two_secrets_and_reach_valkey_and_the_names_only() -> None:
    for name, template in pods("gpu"):
        if not name.startswith("worker"):
            continue
        (secret,) = [volume["secret"] for volume in template["spec"]["volumes"] if "secret" in volume]
        assert {item["key"] for item in secret["items"]} == {"rollcall_voiceprint_key", "rollcall_redis_password"}
        (container,) = template["spec"]["containers"]
        assert [source["configMapRef"]["name"] for source in container["envFrom"]] == ["settings"]
        labels = template["metadata"]["labels"]
        reached = [
            rule
            for policy in rendered("gpu")
            if policy["kind"] == "NetworkPolicy" and _selects(policy, labels)
            for rule in policy["spec"].get("egress", [])
        ]
        assert [[port["port"] for port in rule["ports"]] for rule in reached] == [[53, 53], [6379]] or [
            [port["port"] for port in rule["ports"]] for rule in reached
        ] == [[6379], [53, 53]]
    shared = named("base", "ConfigMap", "settings")["data"]
    assert not {"ROLLCALL_TELEGRAM_TOKEN", "ROLLCALL_DATABASE_URL"} & shared.keys()


def test_what_is_not_allowed_is_forbidden() -> None:
    assert named("base", "NetworkPolicy", "nothing")["spec"] == {
        "podSelector": {},
        "policyTypes": ["Ingress", "Egress"],
    }


def test_services_policies_and_budgets_select_pods_that_exist() -> None:
    for folder in FOLDERS:
        labels = [template["metadata"]["labels"] for _, template in pods(folder)]
        for one in rendered(folder):
            spec = one.get("spec", {})
            for selector in (spec.get("podSelector", {}).get("matchLabels"), spec.get("selector")):
                wanted = (selector or {}).get("matchLabels", selector)
                if wanted:
                    assert any(wanted.items() <= each.items() for each in labels), one["metadata"]["name"]


def test_the_settings_are_those_of_the_code_and_good_as_they_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, str] = {}
    for name in ("settings", "bot-settings"):
        given |= named("base", "ConfigMap", name)["data"]
    assert given.keys() <= SETTINGS
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    settings = Settings(_env_file=None)
    assert settings.effective_redis_url == "redis://valkey:6379/0"
    hosts = {one["metadata"]["name"] for one in rendered("base") if one["kind"] == "Service"}
    assert {"valkey", "postgres"} <= hosts
    named_in_manifests = set(re.findall(r"ROLLCALL_\w+", checked("kubectl", "kustomize", "deploy/kubernetes/gpu")))
    assert named_in_manifests <= SETTINGS


def test_telegram_comes_in_by_the_path_that_the_bot_serves() -> None:
    (rule,) = named("base", "Ingress", "bot")["spec"]["rules"]
    (path,) = rule["http"]["paths"]
    assert path["path"] == "/telegram"
    assert named("base", "ConfigMap", "bot-settings")["data"]["ROLLCALL_WEBHOOK_URL"] == f"https://{rule['host']}"


def test_the_pages_have_the_rest_of_the_same_name() -> None:
    (rule,) = named("base", "Ingress", "web")["spec"]["rules"]
    (path,) = rule["http"]["paths"]
    settings = named("base", "ConfigMap", "bot-settings")["data"]
    assert (path["path"], settings["ROLLCALL_WEB_URL"]) == ("/", f"https://{rule['host']}")
    (port,) = named("base", "Service", "web")["spec"]["ports"]
    assert str(port["port"]) == settings["ROLLCALL_WEB_PORT"]


def test_the_overlay_of_the_documentation_is_rendered_as_it_says(tmp_path: Path) -> None:
    (overlay,) = [
        textwrap.dedent(block)
        for block in re.findall(r"```yaml\n(.+?)```", (ROOT / "docs/kubernetes.md").read_text(), re.DOTALL)
    ]
    base = os.path.relpath(ROOT / "deploy", tmp_path.resolve())
    (tmp_path / "kustomization.yaml").write_text(overlay.replace("../deploy", base))
    made = list(yaml.safe_load_all(checked("kubectl", "kustomize", str(tmp_path))))
    (settings,) = [one["data"] for one in made if one["metadata"]["name"] == "bot-settings"]
    assert settings["ROLLCALL_ADMINS"] == "12345"
    assert settings["ROLLCALL_WEBHOOK_PORT"] == "8080"
    (worker,) = [one["spec"] for one in made if (one["kind"], one["metadata"]["name"]) == ("Deployment", "worker")]
    assert worker["template"]["spec"]["containers"][0]["image"] == "registry.school.example/rollcall-worker:0.1.0"


def _selects(policy: dict[str, Any], labels: dict[str, str]) -> bool:
    wanted: dict[str, str] = policy["spec"]["podSelector"].get("matchLabels", {})
    return wanted.items() <= labels.items()
