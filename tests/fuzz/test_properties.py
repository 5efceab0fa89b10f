"""The checks of `make fuzz`, each on a bounded number of inputs: the seeds, what Hypothesis makes, and mutations."""

from __future__ import annotations

import random
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.__main__ import Row, table
from tests.fuzz.target import Target
from tests.fuzz.targets import AUDIO, PARSERS, target
from tests.fuzz.watch import Watch, read_account

_TEXTS = {"button", "payload", "name", "ids"}
_MUTATIONS = {"opus": 60, "containers": 6, "report": 40}


once = cache(target)


@pytest.mark.parametrize("name", PARSERS + AUDIO)
def test_seeds_and_their_mutations_do_what_an_input_may(name: str) -> None:
    one, chance = once(name), random.Random(7)
    for seed in one.seeds:
        one.check(seed)
    for _ in range(_MUTATIONS.get(name, 300)):
        data = chance.choice(one.seeds)
        one.check((one.mutate or _flipped)(data, chance)[: one.longest])


@pytest.mark.parametrize("name", sorted(_TEXTS))
def test_any_text_does_what_an_input_may(name: str) -> None:
    check = once(name).check

    @settings(max_examples=150, deadline=None)
    @given(st.text(max_size=300))
    def property_(text: str) -> None:
        check(text.encode("utf-8", "surrogatepass"))

    property_()


@settings(max_examples=100, deadline=None)
@given(st.text(), st.integers(0, 9), st.integers(2, 10_000))
def test_a_name_of_any_length_is_told_on_one_bounded_line(text: str, at: int, times: int) -> None:
    from rollcall.domain.names import LONGEST_NAME, clean_name, shortened_name

    long = (text * times)[:10_000]
    assert len(clean_name(long[at:])) <= LONGEST_NAME
    assert 0 < len(shortened_name(long, "?")) <= LONGEST_NAME


def test_the_fuzzer_tells_what_it_found_and_keeps_the_input(tmp_path: Path) -> None:
    def check(data: bytes) -> None:
        if data == b"7":
            raise KeyError(data)

    watch = Watch(Target(check, [], 3), tmp_path, 3)
    for data in (b"1", b"7", b"7"):
        watch(data)
    account = read_account(tmp_path)
    assert account.inputs == 3
    assert list(account.findings.values()) == [2]
    assert next(tmp_path.glob("finding-*.bin")).read_bytes() == b"7"
    assert "KeyError" in table([Row("job", account, 1, 60.0)])


def _flipped(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data or b"\0")
    for _ in range(chance.randint(1, 4)):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed[: chance.randint(0, len(changed))] if chance.random() < 0.3 else changed)
