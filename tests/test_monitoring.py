"""What watches Rollcall names only what Rollcall shows: dashboard, alert rules, scrape configuration, documentation."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml
from prometheus_client.metrics import MetricWrapperBase

import bot.metrics
import worker.metrics

ROOT = Path(__file__).parents[1]
DASHBOARD = json.loads((ROOT / "deploy/grafana/dashboards/rollcall.json").read_text())
RULES = yaml.safe_load((ROOT / "deploy/prometheus/rules.yml").read_text())["groups"][0]["rules"]
SCRAPED = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text())
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
DOCUMENTED = (ROOT / "docs/monitoring.md").read_text()
FROM_OUTSIDE: dict[str, set[str]] = {
    "up": set(),
    "process_resident_memory_bytes": set(),
    "process_cpu_seconds_total": set(),
}
"""Prometheus's own, and the client library's."""
BY_PROMETHEUS = {"job", "instance"}


def metrics_of(module: Any) -> list[MetricWrapperBase]:
    return [value for value in vars(module).values() if isinstance(value, MetricWrapperBase)]


def shown() -> dict[str, set[str]]:
    """Every series' name, and its labels."""
    names: dict[str, set[str]] = {name: set() for name in FROM_OUTSIDE}
    for module in (bot.metrics, worker.metrics):
        for metric in metrics_of(module):
            name, labels = metric._name, set(metric._labelnames)
            match metric._type:
                case "counter":
                    names[f"{name}_total"] = labels
                case "histogram":
                    names |= {f"{name}_bucket": labels | {"le"}, f"{name}_sum": labels, f"{name}_count": labels}
                case "info":
                    names[f"{name}_info"] = {"name", "weights", "precision", "runtime"}
                case _:
                    names[name] = labels
    return names


def panels() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = DASHBOARD["panels"]
    return found


def queries() -> Iterator[tuple[str, str]]:
    for panel in panels():
        for target in panel.get("targets", []):
            yield panel["title"], target["expr"]
    for rule in RULES:
        yield rule["alert"], rule["expr"]


def walk(node: Any) -> Iterator[Any]:
    """The node and all below it."""
    yield node
    for part in ("expr", "param", "lhs", "rhs", "vector_selector"):
        below = getattr(node, part, None)
        if below is not None and not isinstance(below, str | int | float):
            yield from walk(below)
    for argument in getattr(node, "args", None) or []:
        yield from walk(argument)


@pytest.mark.parametrize(("where", "query"), list(queries()))
def test_a_query_can_be_read_and_asks_for_what_is_shown(where: str, query: str) -> None:
    known = shown()
    tree = promql_parser.parse(query.replace("$__rate_interval", "1m"))
    selectors = [node for node in walk(tree) if isinstance(node, promql_parser.VectorSelector)]
    assert selectors, where
    allowed: set[str] = set(BY_PROMETHEUS)
    for selector in selectors:
        assert selector.name in known
        allowed |= known[selector.name]
        matched = {matcher.name for matcher in selector.matchers.matchers}
        assert matched <= known[selector.name] | BY_PROMETHEUS
    grouped = {label for group in re.findall(r"by \(([^)]*)\)", query) for label in re.split(r",\s*", group)}
    assert grouped <= allowed


def test_every_selector_of_a_query_is_looked_at() -> None:
    tree = promql_parser.parse(
        "sum by (le) (rate(a[1m])) / b > 0 or time() - (c{d='e'} > 0) > histogram_quantile(0.5, f)"
    )
    names = [node.name for node in walk(tree) if isinstance(node, promql_parser.VectorSelector)]
    assert names == ["a", "b", "c", "f"]


def test_the_dashboard_is_one_that_grafana_imports() -> None:
    assert DASHBOARD["schemaVersion"] >= 36
    assert (DASHBOARD["uid"], DASHBOARD["title"]) == ("rollcall", "Rollcall")
    assert "id" not in DASHBOARD  # a new one, wherever it is imported
    (variable,) = DASHBOARD["templating"]["list"]
    assert (variable["name"], variable["type"], variable["query"]) == ("datasource", "datasource", "prometheus")
    numbers = [panel["id"] for panel in panels()]
    assert len(numbers) == len(set(numbers))
    for panel in panels():
        assert panel["title"]
        for holder in [panel, *panel.get("targets", [])] if panel["type"] != "row" else []:
            assert holder["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
        references = [target["refId"] for target in panel.get("targets", [])]
        assert len(references) == len(set(references))


def test_no_two_panels_lie_on_each_other() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in panels():
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert at["x"] + at["w"] <= 24
        assert not cells & taken, panel["title"]
        taken |= cells


def test_every_figure_is_shown_in_a_picture_or_watched_by_a_rule_and_explained() -> None:
    asked = " ".join(query for _, query in queries())
    for module in (bot.metrics, worker.metrics):
        for metric in metrics_of(module):
            assert metric._name in asked, metric._name
            assert f"`{metric._name}" in DOCUMENTED, metric._name


def test_the_documentation_names_no_figure_and_no_alert_that_is_not_there() -> None:
    known = shown()
    bare = {re.sub(r"_(bucket|sum|count)$", "", name) for name in known}
    assert set(re.findall(r"`(rollcall_(?:bot|worker)_\w+)", DOCUMENTED)) <= known.keys() | bare
    assert set(re.findall(r"`(Rollcall[A-Z]\w+)`", DOCUMENTED)) == {rule["alert"] for rule in RULES}


def test_every_alert_says_what_it_is_and_how_bad() -> None:
    names = [rule["alert"] for rule in RULES]
    assert len(names) == len(set(names))
    for rule in RULES:
        assert rule["labels"]["severity"] in {"warning", "critical"}
        assert rule["annotations"]["summary"]


def test_prometheus_asks_services_that_exist_at_the_port_that_they_open() -> None:
    assert SCRAPED["rule_files"] == ["rules.yml"]
    jobs = {job["job_name"]: job["dns_sd_configs"][0] for job in SCRAPED["scrape_configs"]}
    assert jobs.keys() == {"rollcall-bot", "rollcall-worker"}
    assert {job for _, query in queries() for job in re.findall(r'job="([\w-]+)"', query)} <= jobs.keys()
    for job in jobs.values():
        for service in job["names"]:
            assert COMPOSE[service]["environment"]["ROLLCALL_OPS_PORT"] == str(job["port"])


def test_labels_take_their_values_from_short_lists() -> None:
    labels = {label for names in shown().values() for label in names}
    assert labels == {
        "kind", "purpose", "verdict", "reason", "outcome", "method", "stage", "le",
        "name", "weights", "precision", "runtime",
    }  # fmt: skip
