"""Everything that can be set from outside, read once from the environment (prefix ``ROLLCALL_``) or a ``.env`` file."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import platformdirs
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
)

from rollcall.errors import SettingsError

# A Unix socket's path holds 107 bytes on Linux and 103 on macOS.
_SOCKET_PATH_LIMIT = 100
_REDIS_SCHEMES = ("redis", "rediss", "unix")
_TOKEN = re.compile(r"[0-9]+:[A-Za-z0-9_-]+")


class Settings(BaseSettings):
    """The settings of one Rollcall installation; bot, worker and command line all read the same ones."""

    # An empty line, as in .env.example, leaves the word to a file of secrets_dir or to the default.
    model_config = SettingsConfigDict(
        env_prefix="ROLLCALL_", env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    secrets_dir: Path = Path("/run/secrets")
    """A folder with settings in files, each called by the setting's name, such as rollcall_telegram_token."""

    telegram_token: SecretStr | None = None
    """The bot's token, from @BotFather."""
    telegram_api_url: str = "https://api.telegram.org"
    """Base URL of a Bot API server."""
    admins: Annotated[frozenset[int], NoDecode] = frozenset()
    """Telegram ids of the people who may invite teachers, separated by commas."""
    data_dir: Path = Path("data")
    """The SQLite file, the embedded Valkey and the voiceprint key."""
    models_dir: Path = Field(default_factory=lambda: platformdirs.user_cache_path("rollcall") / "models")
    """Fetched weights, shared by every data folder of this user."""
    redis_url: str | None = Field(default=None, repr=False)
    """Any Redis from 6.2 or Valkey; empty: an embedded Valkey in the data folder."""
    redis_password: SecretStr | None = None
    """Goes into a Redis URL that has no password; meant for a file of secrets_dir."""
    database_url: str | None = Field(default=None, repr=False)
    """Any SQLAlchemy async URL; empty: SQLite in the data folder."""
    database_password: SecretStr | None = None
    """Goes into a database URL that has no password; meant for a file of secrets_dir."""
    speaker_model: str = "campplus"
    """Name of a speaker encoder, or the path of own weights."""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    backend: Literal["auto", "torch", "onnx", "onnx-int8"] = "auto"
    """Where the encoder runs."""
    voiceprint_key: SecretStr | None = None
    """Base64 of 32 bytes, or several separated by commas: the first seals, every one opens."""
    webhook_url: str | None = None
    """Public https URL; empty: long polling."""
    webhook_listen: str = "0.0.0.0"  # noqa: S104 - behind the reverse proxy that the URL names
    """Address that the webhook server binds."""
    webhook_port: int = 8080
    """Port that the webhook server binds."""
    timezone: str = "UTC"
    """Time zone of new classes, an IANA name such as Europe/Moscow."""
    late_after: timedelta = timedelta(minutes=10)
    """A note sent later than this after the lesson opened counts as late."""
    file_patience: timedelta = timedelta(seconds=90)
    """How long a recording that Telegram does not give is asked for before its sender is told."""
    lesson_length: timedelta = timedelta(minutes=90)
    """How long a lesson stays open for check-in when the teacher names no minutes."""
    join_link_valid: timedelta = timedelta(days=30)
    """How long a class's join link works; its teacher makes another one at any time."""
    invite_valid: timedelta = timedelta(days=7)
    """How long a teacher's invitation works."""
    delivery_timeout: timedelta = timedelta(seconds=10)
    """A worker silent for this long has its notes claimed by another."""
    keep_details_days: int = Field(90, ge=1)
    """Days for which a note's score, sound quality, timings and Telegram file id are kept."""
    keep_check_values_days: int = Field(365, ge=1)
    """Days for which a note's check values are kept, by which a recording that is played again is known."""
    keep_recordings_days: int = Field(365, ge=1)
    """Days for which enrolment recordings are kept of those who agreed to it."""
    keep_unused_voices_days: int = Field(180, ge=1)
    """Days after the last note at which a voiceprint is erased."""
    keep_archived_classes_days: int = Field(365, ge=1)
    """Days after which a class that was put away is deleted with its marks, and students of no other class with it."""
    keep_agreements_days: int = Field(1095, ge=1)
    """Days for which a withdrawn agreement and the receipt of an erasure are kept as a proof."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    """How much the processes say about themselves."""
    log_format: Literal["text", "json"] = "text"
    """How they say it: for a terminal, or one JSON object a line."""
    ops_port: int | None = Field(default=None, ge=1, le=65535)
    """Port of /metrics, /live and /ready; empty: none. Under ``rollcall up`` the bot's, and the worker has the next."""
    ops_listen: str = "127.0.0.1"
    """Address that the server of /metrics, /live and /ready binds."""
    stuck_after: timedelta = Field(default=timedelta(minutes=1), ge=timedelta(seconds=5))
    """A bot that hears nothing of a Telegram that answers, or a worker that does not move, for this long is stuck."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, the environment, ``.env``, then the files of secrets_dir. Which folder, the environment says."""
        folder = Path(os.environ.get("ROLLCALL_SECRETS_DIR") or cls.model_fields["secrets_dir"].default)
        sources = (init_settings, env_settings, dotenv_settings)
        return (*sources, SecretsSettingsSource(settings_cls, folder)) if folder.is_dir() else sources

    @field_validator("admins", mode="before")
    @classmethod
    def _split_admins(cls, value: object) -> object:
        if isinstance(value, str):
            return frozenset(int(part) for part in value.replace(";", ",").split(",") if part.strip())
        return frozenset({value}) if isinstance(value, int) else value

    @field_validator(
        "telegram_token",
        "redis_url",
        "redis_password",
        "database_url",
        "database_password",
        "voiceprint_key",
        "webhook_url",
        "ops_port",
        mode="before",
    )
    @classmethod
    def _empty_is_unset(cls, value: object) -> object:
        return None if value == "" else value

    @field_validator("telegram_token", mode="before")
    @classmethod
    def _without_space_around(cls, value: object) -> object:
        """However it was pasted: a newline in it would end a request's first line."""
        found = value.get_secret_value() if isinstance(value, SecretStr) else value
        return (found.strip() or None) if isinstance(found, str) else value

    @field_validator("telegram_token")
    @classmethod
    def _looks_like_a_token(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None or _TOKEN.fullmatch(value.get_secret_value()):
            return value
        raise ValueError("that is no bot's token; @BotFather's looks like 123456789:AAF-x7_… and is copied whole")

    @field_validator("redis_url")
    @classmethod
    def _known_scheme(cls, value: str | None) -> str | None:
        try:
            if value is None or (urlsplit(value).scheme in _REDIS_SCHEMES and urlsplit(value).port != 0):
                return value
        except ValueError:
            pass  # its message may hold a part of the password
        raise ValueError("it is no address of a Redis; an example is rediss://:password@host:6379/0") from None

    @field_validator("telegram_api_url")
    @classmethod
    def _without_trailing_slash(cls, value: str) -> str:
        return value.rstrip("/")

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"{value!r} is no IANA time zone; an example is Europe/Moscow") from error
        return value

    @property
    def embedded_redis(self) -> bool:
        """Whether the queue is the Valkey that ``rollcall up`` starts in the data folder."""
        return self.redis_url is None

    @property
    def redis_socket(self) -> Path:
        """Unix socket of the embedded Valkey: in the data folder where its path is short enough for a socket."""
        socket = self.data_dir.resolve() / "valkey" / "valkey.sock"
        if len(os.fsencode(socket)) <= _SOCKET_PATH_LIMIT:
            return socket
        digest = hashlib.sha256(os.fsencode(socket)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"rollcall-{os.getuid()}-{digest}" / "valkey.sock"

    @property
    def effective_redis_url(self) -> str:
        """The URL that clients connect to."""
        if self.redis_url is None:
            return f"unix://{self.redis_socket}"
        return _with_password(self.redis_url, self.redis_password)

    @property
    def effective_database_url(self) -> str:
        """The SQLAlchemy async URL."""
        if self.database_url is None:
            return f"sqlite+aiosqlite:///{self.data_dir.resolve() / 'rollcall.sqlite3'}"
        return _with_password(self.database_url, self.database_password)


def load_settings() -> Settings:
    """Read the environment.

    Raises:
        SettingsError: a value is malformed; the message names the variable.
    """
    try:
        return Settings()
    except (ValidationError, ValueError) as error:
        raise SettingsError(_explain(error)) from error


def _with_password(url: str, password: SecretStr | None) -> str:
    parts = urlsplit(url)
    if password is None or parts.password is not None:
        return url
    user, _, host = parts.netloc.rpartition("@")
    secret = quote(password.get_secret_value(), safe="")
    # Not by urlunsplit: it drops an empty host, which unix:///path and postgresql+asyncpg:///name have.
    return url.replace(f"{parts.scheme}://{parts.netloc}", f"{parts.scheme}://{user}:{secret}@{host}", 1)


def _explain(error: ValueError) -> str:
    if isinstance(unread := error.__cause__, OSError):
        return f"{unread.filename} cannot be read: {unread.strerror}"
    if not isinstance(error, ValidationError):
        return f"a ROLLCALL_ setting is malformed: {error}"
    first = error.errors(include_url=False, include_input=False)[0]
    name = "ROLLCALL_" + "_".join(str(part) for part in first["loc"]).upper()
    return f"{name} is malformed: {first['msg']}; see .env.example"
