"""What is asked for is looked at before anything begins, and what cannot be is one line that says what can."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from typer.main import get_command

from rollcall.cli.main import app
from rollcall.errors import WrongUse
from training import architectures
from training.options import MOST_SEED, MOST_WIDTH, Options

ECAPA = Options(["voices"], model="ecapa")
NUMBERS = "wants a number above 0 for each stage"


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (Options([], model="campplus"), "campplus is not trained from random weights: give --from campplus"),
        (Options([], model="dummy"), "cannot be trained: choose rescnn, ecapa, campplus"),
        (Options([], epochs=(1,)), rf"--epochs {NUMBERS} \(softmax, triplet\)"),
        *((replace(ECAPA, epochs=(bad,)), f"--epochs {NUMBERS}") for bad in (0.0, -1.0, math.inf, math.nan)),
        *((replace(ECAPA, rates=(bad,)), f"--rate {NUMBERS}") for bad in (0.0, -1.0, math.inf, math.nan)),
        *((replace(ECAPA, held_out=bad), "--held-out wants a share") for bad in (-0.1, 1.0, math.nan)),
        *((replace(ECAPA, seed=bad), "--seed wants a whole number from 0") for bad in (-1, MOST_SEED + 1)),
        (replace(ECAPA, patience=-1), "--patience wants a whole number from 0"),
        *((replace(ECAPA, width=bad), "that is a multiple of 8, up to 4096, for ecapa") for bad in (20, -8, 8192)),
        (Options([], width=MOST_WIDTH + 1), "--width wants a whole number, up to 4096, for rescnn"),
        (Options([], model="campplus", start="campplus", width=64), "have their own width: leave --width out"),
        (replace(ECAPA, conditions="noise:ten"), "--conditions: no such degradation: 'noise:ten'"),
    ],
)
def test_what_cannot_be_is_one_line(options: Options, why: str) -> None:
    with pytest.raises(WrongUse, match=why) as told:
        options.check()
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    "options",
    [
        ECAPA,
        Options([]),
        Options([], model="campplus", start="campplus"),
        replace(ECAPA, held_out=0.0, seed=MOST_SEED, patience=0, conditions="", epochs=(0.1,), rates=(100.0,)),
    ],
)
def test_what_can_be_is_let_through(options: Options) -> None:
    options.check()


@pytest.mark.parametrize("width", [8, 24])
def test_every_width_that_is_let_through_makes_a_network(width: int) -> None:
    replace(ECAPA, width=width).check()
    architectures.find("ecapa").network(None, width)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--seed", "-1"), ("--held-out", "1"), ("--patience", "-1"), ("--width", "-8"),
        ("--workers", "-1"), ("--workers", "257"), ("--threads", "-1"), ("--threads", "257"),
    ],
)  # fmt: skip
def test_the_command_line_names_the_option_that_is_out_of_range(option: str, value: str) -> None:
    command = get_command(app).commands["train"]  # type: ignore[attr-defined]
    with pytest.raises(Exception, match="Input should be") as told:
        command.make_context("train", ["voices", option, value])
    assert option in told.value.format_message()  # type: ignore[attr-defined]
