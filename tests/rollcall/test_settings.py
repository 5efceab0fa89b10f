from datetime import timedelta
from pathlib import Path

import pytest

from rollcall.errors import SettingsError
from rollcall.settings import Settings, load_settings


@pytest.fixture(autouse=True)
def nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


def test_admins_are_read_from_a_comma_separated_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROLLCALL_ADMINS", "12, 34,")
    assert load_settings().admins == {12, 34}


def test_a_single_admin_needs_no_comma(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROLLCALL_ADMINS", "12")
    assert load_settings().admins == {12}


def test_a_malformed_value_is_named_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROLLCALL_DEVICE", "abacus")
    with pytest.raises(SettingsError, match="ROLLCALL_DEVICE is malformed") as caught:
        load_settings()
    assert "\n" not in str(caught.value)


def test_admins_that_are_no_numbers_are_refused_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROLLCALL_ADMINS", "anna")
    with pytest.raises(SettingsError, match="ROLLCALL_ADMINS"):
        load_settings()


def test_an_unknown_time_zone_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROLLCALL_TIMEZONE", "Moscow")
    with pytest.raises(SettingsError, match="ROLLCALL_TIMEZONE"):
        load_settings()


def test_durations_are_read_as_clock_time_and_as_iso(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROLLCALL_LATE_AFTER", "00:05:00")
    monkeypatch.setenv("ROLLCALL_LESSON_LENGTH", "PT45M")
    settings = load_settings()
    assert settings.late_after == timedelta(minutes=5)
    assert settings.lesson_length == timedelta(minutes=45)


def test_empty_urls_mean_the_embedded_services(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROLLCALL_REDIS_URL", "")
    monkeypatch.setenv("ROLLCALL_DATABASE_URL", "")
    settings = load_settings()
    assert settings.embedded_redis
    assert settings.effective_redis_url.startswith("unix://")
    assert settings.effective_database_url.startswith("sqlite+aiosqlite:///")


def test_the_token_and_the_key_do_not_show_in_a_printed_settings_object() -> None:
    settings = Settings(telegram_token="123:secret", voiceprint_key="hush", _env_file=None)
    assert "secret" not in repr(settings)
    assert "hush" not in repr(settings)


def test_a_deep_data_folder_still_gets_a_socket_path_that_fits(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / ("deep" * 30), _env_file=None)
    assert len(str(settings.redis_socket)) < 104
