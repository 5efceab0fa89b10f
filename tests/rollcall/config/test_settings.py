from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import make_url

from rollcall.config.settings import Settings, load_settings
from rollcall.errors import SettingsError


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
    assert settings.effective_database_url.startswith("sqlite:///")


def test_the_token_and_the_key_do_not_show_in_a_printed_settings_object() -> None:
    settings = Settings(telegram_token="123:secret", voiceprint_key="hush", _env_file=None)
    assert "123:secret" not in repr(settings)
    assert "hush" not in repr(settings)


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    folder = tmp_path / "secrets"
    folder.mkdir()
    monkeypatch.setenv("ROLLCALL_SECRETS_DIR", str(folder))
    return folder


def test_a_setting_may_be_the_content_of_a_file(secrets: Path) -> None:
    (secrets / "rollcall_telegram_token").write_text("123:secret\n")
    (secrets / "something_else").write_text("of no concern")
    token = load_settings().telegram_token
    assert token is not None
    assert token.get_secret_value() == "123:secret"


def test_an_empty_line_in_the_environment_leaves_the_word_to_the_file(
    secrets: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ROLLCALL_TELEGRAM_TOKEN", "")
    (tmp_path / ".env").write_text("ROLLCALL_TELEGRAM_TOKEN=\nROLLCALL_ADMINS=\n")
    (secrets / "rollcall_telegram_token").write_text("123:secret")
    assert load_settings().telegram_token is not None


def test_the_environment_comes_before_the_file(secrets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (secrets / "rollcall_timezone").write_text("Europe/Moscow")
    monkeypatch.setenv("ROLLCALL_TIMEZONE", "Asia/Omsk")
    assert load_settings().timezone == "Asia/Omsk"


def test_a_secret_that_may_not_be_read_is_told_in_one_line(secrets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = PermissionError(13, "Permission denied", str(secrets / "rollcall_telegram_token"))

    def refuse(*_arguments: object, **_keywords: object) -> str:
        raise refused

    (secrets / "rollcall_telegram_token").write_text("123:secret")
    monkeypatch.setattr(Path, "read_text", refuse)
    with pytest.raises(SettingsError, match=r"rollcall_telegram_token cannot be read: Permission denied$"):
        load_settings()


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ("redis://valkey:6379/0", "redis://:p%2Fw%40%3A@valkey:6379/0"),
        ("rediss://rollcall@valkey", "rediss://rollcall:p%2Fw%40%3A@valkey"),
        ("redis://:own@valkey:6379/0", "redis://:own@valkey:6379/0"),
        ("unix:///run/valkey.sock", "unix://:p%2Fw%40%3A@/run/valkey.sock"),
    ],
)
def test_a_password_from_a_file_completes_the_url_of_the_queue(secrets: Path, given: str, made: str) -> None:
    (secrets / "rollcall_redis_password").write_text("p/w@:\n")
    assert Settings(redis_url=given, _env_file=None).effective_redis_url == made


@pytest.mark.parametrize("host", ["postgres", "[::1]:5433", ""])
def test_a_password_from_a_file_completes_the_url_of_the_database(secrets: Path, host: str) -> None:
    (secrets / "rollcall_database_password").write_text("p/w@: %")
    settings = Settings(database_url=f"postgresql://rollcall@{host}/rollcall", _env_file=None)
    url = make_url(settings.effective_database_url)
    assert (url.username, url.password, url.database) == ("rollcall", "p/w@: %", "rollcall")


def test_a_password_does_not_move_the_embedded_services(secrets: Path) -> None:
    for name in ("redis", "database"):
        (secrets / f"rollcall_{name}_password").write_text("p")
    settings = load_settings()
    assert settings.effective_redis_url == f"unix://{settings.redis_socket}"
    assert settings.effective_database_url.startswith("sqlite:///")


@pytest.mark.parametrize("pasted", ["123:secret\n", "  123:secret", "\t123:secret\r\n "])
def test_a_token_is_taken_however_it_was_pasted(pasted: str) -> None:
    token = Settings(telegram_token=pasted, _env_file=None).telegram_token
    assert token is not None
    assert token.get_secret_value() == "123:secret"


@pytest.mark.parametrize(
    "wrong", ["secret", "123:", ":secret", "123:sec ret", "123:sec\nret", "123:sécret", "bot123:a"]
)
def test_what_is_no_token_is_refused_without_being_told(wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROLLCALL_TELEGRAM_TOKEN", wrong)
    with pytest.raises(SettingsError) as refused:
        load_settings()
    assert str(refused.value).startswith("ROLLCALL_TELEGRAM_TOKEN is malformed")
    assert wrong not in str(refused.value)
    assert "\n" not in str(refused.value)
