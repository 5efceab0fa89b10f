"""What the bot makes of the times that Telegram's answers tell."""

from __future__ import annotations

from datetime import timedelta

from bot.transport.clock import TelegramClock


class Clocks:
    """A machine's two clocks, set by hand."""

    def __init__(self, wall: float) -> None:
        self.wall, self.stopwatch = wall, 50.0

    def pass_(self, seconds: float) -> None:
        self.wall += seconds
        self.stopwatch += seconds

    def clock(self) -> TelegramClock:
        return TelegramClock(lambda: self.wall, lambda: self.stopwatch)


def test_setting_our_clock_in_a_lesson_changes_nothing() -> None:
    machine = Clocks(1_800_000_000.0)
    clock = machine.clock()
    clock.header(1_800_000_020, machine.stopwatch - 0.1, machine.stopwatch)
    before = clock.now()
    machine.wall -= 3600
    machine.pass_(30)
    assert clock.now() - before == timedelta(seconds=30)
    assert abs(clock.ahead.total_seconds() - 3620) <= 1


def test_a_late_answer_and_a_second_cut_off_do_not_spoil_what_is_known() -> None:
    machine = Clocks(1_800_000_000.0)
    clock = machine.clock()
    for _ in range(50):  # answers of 0.05 s at odd moments, Telegram being 100.3 s ahead
        machine.pass_(0.37)
        clock.header(int(machine.wall + 100.3 - 0.02), machine.stopwatch - 0.05, machine.stopwatch)
    late = int(machine.wall + 100.3 - 9.9)
    clock.header(late, machine.stopwatch - 10, machine.stopwatch)
    error = clock.now().timestamp() - (machine.wall + 100.3)
    assert -0.2 < error <= 0


def test_the_dates_of_messages_are_right_where_a_proxy_dates_the_answers() -> None:
    machine = Clocks(1_800_000_000.0)
    clock = machine.clock()
    clock.header(int(machine.wall), machine.stopwatch - 0.1, machine.stopwatch)
    clock.message(int(machine.wall) + 300, machine.stopwatch - 0.1, machine.stopwatch)
    machine.pass_(60)
    clock.header(int(machine.wall), machine.stopwatch - 0.1, machine.stopwatch)
    assert abs(clock.now().timestamp() - machine.wall - 300) <= 1.2


def test_after_the_machine_slept_the_next_answer_tells_the_time() -> None:
    machine = Clocks(1_800_000_000.0)
    clock = machine.clock()
    clock.header(int(machine.wall), machine.stopwatch - 0.1, machine.stopwatch)
    machine.wall += 7200  # a stopwatch that stood still meanwhile
    clock.header(int(machine.wall), machine.stopwatch - 0.1, machine.stopwatch)
    assert abs(clock.now().timestamp() - machine.wall) <= 1.2


def test_what_is_no_time_is_not_believed() -> None:
    machine = Clocks(1_800_000_000.0)
    clock = machine.clock()
    for second in (-1.0, 0.0, 1e18):
        clock.header(second, machine.stopwatch, machine.stopwatch)
        clock.message(second, machine.stopwatch, machine.stopwatch)
    assert not clock.measured
    assert clock.now().timestamp() == machine.wall
