"""Everything that can be set from outside, read once from the environment (prefix ``ROLLCALL_``) or a ``.env`` file."""

from __future__ import annotations

import os
import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import platformdirs
from pydantic import ByteSize, Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
)

from rollcall.config.malformed import explained
from rollcall.errors import SettingsError
from rollcall.system import durations
from rollcall.system.sockets import socket_path
from rollcall.system.urls import is_web, with_driver, with_password

_REDIS_SCHEMES = ("redis", "rediss", "unix")
_TOKEN = re.compile(r"[0-9]+:[A-Za-z0-9_-]+")
ENV_FILE = ".env"
_QUOTES = "\"'“”„«»"
_LARGEST_ID = 2**52  # https://core.telegram.org/bots/api#user


class Settings(BaseSettings):
    """The settings of one Rollcall installation; bot, worker and command line all read the same ones."""

    # An empty line, as in .env.example, leaves the word to a file of secrets_dir or to the default.
    model_config = SettingsConfigDict(
        env_prefix="ROLLCALL_",
        env_file=ENV_FILE,
        env_file_encoding="utf-8-sig",  # Windows' editor puts a mark in front, which would hide the first line
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
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
    """PostgreSQL's URL, as hosts give it or with a driver of SQLAlchemy's; empty: SQLite in the data folder."""
    database_password: SecretStr | None = None
    """Goes into a database URL that has no password; meant for a file of secrets_dir."""
    queue_memory: ByteSize | None = Field(default=None, ge=32 << 20)
    """Memory of the embedded queue, such as 512mb; empty: a quarter of the machine's, 1 GiB at most."""
    speaker_model: str = "campplus"
    """Name of a speaker encoder, or the path of own weights."""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    backend: Literal["auto", "torch", "onnx", "onnx-int8"] = "auto"
    """Where the encoder runs."""
    words_model: str = "whisper-base"
    """What workers hear the words of challenges with, where the extra words is installed; "none": they do not."""
    voiceprint_key: SecretStr | None = None
    """Base64 of 32 bytes, or several separated by commas: the first seals, every one opens."""
    webhook_url: str | None = None
    """Public https URL; empty: long polling."""
    webhook_listen: str = "0.0.0.0"  # noqa: S104 - behind the reverse proxy that the URL names
    """Address that the webhook server binds."""
    webhook_port: int = Field(8080, ge=1, le=65535)
    """Port that the webhook server binds."""
    web_url: str | None = None
    """Public https URL of the pages; empty: they are for this machine alone, at http://127.0.0.1 and the port."""
    web_listen: str = "127.0.0.1"
    """Address that the pages' server binds."""
    web_port: int = Field(8080, ge=1, le=65535)
    """Port that the pages' server binds; where the webhook server has it, and nothing else is set, the next."""
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
    teachers_may_invite: bool = True
    """Whether a class's teacher may make somebody a teacher by inviting them to the class; else only admins may."""
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
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 (pydantic's signature)
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, the environment, ``.env``, then the files of secrets_dir. Which folder, the environment says."""
        folder = Path(os.environ.get("ROLLCALL_SECRETS_DIR") or cls.model_fields["secrets_dir"].default)
        sources = (init_settings, env_settings, dotenv_settings)
        return (*sources, SecretsSettingsSource(settings_cls, folder)) if folder.is_dir() else sources

    @field_validator("admins", mode="before")
    @classmethod
    def _split_admins(cls, value: object) -> object:
        if not isinstance(value, str):
            return frozenset({value}) if isinstance(value, int) else value
        parts = [part for part in re.split(r"[,;\s]+", value) if part]
        for part in parts:
            if not (part.isascii() and part.isdigit() and 0 < int(part) < _LARGEST_ID):
                raise ValueError(f"{part!r} is no Telegram id of a person: write numbers, separated by commas")
        return frozenset(map(int, parts))

    @field_validator("device", "backend", "log_format", mode="before")
    @classmethod
    def _small(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value

    @field_validator("log_level", mode="before")
    @classmethod
    def _capital(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    @field_validator(
        "late_after",
        "file_patience",
        "lesson_length",
        "join_link_valid",
        "invite_valid",
        "delivery_timeout",
        "stuck_after",
        mode="before",
        check_fields=False,
    )
    @classmethod
    def _in_letters(cls, value: object) -> object:
        found = durations.parse(value) if isinstance(value, str) else None
        return value if found is None else found

    @field_validator("lesson_length", "join_link_valid", "invite_valid", "delivery_timeout")
    @classmethod
    def _lasting(cls, value: timedelta) -> timedelta:
        if value <= timedelta(0):
            raise ValueError("it must be longer than nothing")
        return value

    @field_validator(
        "telegram_token",
        "redis_url",
        "redis_password",
        "database_url",
        "database_password",
        "voiceprint_key",
        "webhook_url",
        "web_url",
        "ops_port",
        "queue_memory",
        mode="before",
    )
    @classmethod
    def _empty_is_unset(cls, value: object) -> object:
        return None if value == "" else value

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

    @field_validator("database_url")
    @classmethod
    def _our_driver(cls, value: str | None) -> str | None:
        return None if value is None else with_driver(value)

    @field_validator("telegram_api_url", "webhook_url", "web_url")
    @classmethod
    def _address(cls, value: str | None) -> str | None:
        if value is not None and not is_web(value):
            raise ValueError("it is no address: it begins with https:// and a host's name")
        return value and value.rstrip("/")

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"{value!r} is no IANA time zone; an example is Europe/Moscow") from error
        return value

    # The last in order, for of those that come before the library's own the last one is the first to be asked.
    @field_validator("*", mode="before")
    @classmethod
    def _bare(cls, value: object, info: ValidationInfo) -> object:
        """Without what copying brings along: spaces, line ends, quotation marks."""
        if not isinstance(value, str):
            return value
        bare = value.strip().strip("\ufeff\u200b").strip()
        if info.field_name in ("redis_password", "database_password"):
            return bare  # a quotation mark may be part of it
        return bare[1:-1].strip() if len(bare) > 1 and bare[0] in _QUOTES and bare[-1] in _QUOTES else bare

    @property
    def effective_web_port(self) -> int:
        """The pages' port, out of the way of a webhook server on the same machine."""
        clash = self.webhook_url is not None and self.webhook_port == self.web_port
        return self.web_port + 1 if clash and "web_port" not in self.model_fields_set else self.web_port

    @property
    def embedded_redis(self) -> bool:
        """Whether the queue is the Valkey that ``rollcall up`` starts in the data folder."""
        return self.redis_url is None

    @property
    def redis_socket(self) -> Path:
        """Unix socket of the embedded Valkey."""
        return socket_path(self.data_dir)

    @property
    def effective_redis_url(self) -> str:
        """The URL that clients connect to."""
        if self.redis_url is None:
            return f"unix://{self.redis_socket}"
        return with_password(self.redis_url, self.redis_password)

    @property
    def database_file(self) -> Path:
        """SQLite's, where no other database is set."""
        return self.data_dir.resolve() / "rollcall.sqlite3"

    @property
    def effective_database_url(self) -> str:
        """The SQLAlchemy async URL."""
        if self.database_url is None:
            return f"sqlite:///{self.database_file}"
        return with_password(self.database_url, self.database_password)


def load_settings() -> Settings:
    """Read the environment.

    Raises:
        SettingsError: a value is malformed; the message names the variable.
    """
    try:
        return Settings()
    except ValueError as error:
        raise SettingsError(explained(error, ENV_FILE)) from error
    except OSError as error:
        raise SettingsError(f"{error.filename} cannot be read: {error.strerror}") from error
