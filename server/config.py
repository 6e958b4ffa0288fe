"""Settings of head office: defaults < ``/etc/enishi/server.toml`` < ``ENISHI_SERVER_…`` < command line; read once."""

from __future__ import annotations

import difflib
import ipaddress
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from shared.errors import EnishiError
from shared.locale import LANGUAGES

CONFIG_FILE = Path("/etc/enishi/server.toml")
ENV_PREFIX = "ENISHI_SERVER_"
TENANT_MAX = (1 << 10) - 1  # 10 bits on the card (card image v1)
PORT_MAX = 65_535
POSTGRES = "postgresql+psycopg"  # also written postgresql:// and postgres://
DRIVERS = {"sqlite": "sqlite", "postgresql": POSTGRES, "postgres": POSTGRES, POSTGRES: POSTGRES}
SECRET_BYTES_MAX = 4_096  # of a file that holds one line


@dataclass(frozen=True, slots=True)
class Settings:
    """What differs between installations. What the business changes is data, not a setting."""

    data_dir: Path = Path("/var/lib/enishi/server")
    database_url: str = field(default="", repr=False)  # without a password; empty: SQLite inside data_dir
    database_url_file: str = ""  # instead of database_url: holds it in one line, with its password
    secret_key_file: str = ""  # empty: "secret_key" inside data_dir
    secrets_dir: str = ""  # folder of "signing_key" and "root_key"; empty: data_dir
    tenant: int = 7
    host: str = "127.0.0.1"
    port: int = 8080
    public_url: str = ""  # as browsers see it; empty: http://host:port
    trusted_hosts: tuple[str, ...] = ()  # further names under which a proxy may call
    proxy_hops: int = 0  # reverse proxies in front, whose X-Forwarded-… may be believed
    language: str = "ja"
    session_idle_s: int = 900  # ASVS 7.3.1: a forgotten console locks itself
    session_absolute_s: int = 36_000  # one working day
    webhook_hosts: tuple[str, ...] = ()  # of the own network, where webhooks may go, also without TLS
    privacy_due_d: int = 14  # the act says "without delay"; two weeks are the usual promise

    @property
    def url(self) -> str:
        """The SQLAlchemy address of the database."""
        return self.database_url or f"sqlite:///{self.data_dir / 'enishi.sqlite'}"

    @property
    def secret_key_path(self) -> Path:
        return Path(self.secret_key_file) if self.secret_key_file else self.data_dir / "secret_key"

    @property
    def signing_key_path(self) -> Path:
        """The Ed25519 seed by which terminals know us."""
        return Path(self.secrets_dir or self.data_dir) / "signing_key"

    @property
    def root_key_path(self) -> Path:
        """The root of all card keys; two sealed copies of it belong elsewhere (deploy/README.md)."""
        return Path(self.secrets_dir or self.data_dir) / "root_key"

    @property
    def erasures_path(self) -> Path:
        """Who asked to be forgotten, by number alone: beside the database, so that a restored one forgets them too."""
        return self.data_dir / "erasures"

    @property
    def origin(self) -> str:
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def secure(self) -> bool:
        """Whether browsers reach us over TLS, so that cookies may demand it."""
        return urlsplit(self.origin).scheme == "https"

    @property
    def hosts(self) -> list[str]:
        """The names under which requests are answered."""
        loopback = ["localhost", "127.0.0.1", "[::1]"] if is_loopback(self.host) else []
        return list(dict.fromkeys([urlsplit(self.origin).hostname or "", *loopback, *self.trusted_hosts]))


def load_settings(overrides: Mapping[str, str], environ: Mapping[str, str], path: Path = CONFIG_FILE) -> Settings:
    """Lay the layers over each other. Raises ``config.unknown_key``, ``config.bad_value``, ``config.plain_http``,
    ``config.secret_inline``, ``config.secret_missing``.
    """
    from_env = {
        name.removeprefix(ENV_PREFIX).lower(): value for name, value in environ.items() if name.startswith(ENV_PREFIX)
    }
    settings = Settings()
    for layer in (_read_file(path), from_env, overrides):
        settings = replace(settings, **{name: _parse(name, value) for name, value in layer.items()})
    try:
        return _checked(_with_database(settings))
    except ValueError as error:  # urlsplit: a bracket without its other half
        raise _bad_url(settings) from error


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches ``host``."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _read_file(path: Path) -> Mapping[str, object]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:  # a TOML error is a ValueError, so is a number too long
        raise EnishiError("config.unreadable", path=str(path), detail=str(error)[:200]) from error


def _parse(name: str, value: object) -> Any:
    """One value in the type of its field; texts come from the environment and the command line."""
    default = _default(name)
    try:
        if "\0" in str(value):
            raise ValueError("no file and no host has such a name")
        match default:
            case Path():
                return Path(str(value))
            case int():
                return int(str(value))
            case tuple():
                parts = value.split(",") if isinstance(value, str) else value
                if not isinstance(parts, list | tuple):
                    raise TypeError("no list")
                return tuple(str(part).strip() for part in parts if str(part).strip())
            case _:
                return str(value)
    except (TypeError, ValueError) as error:
        wanted = type(default).__name__
        raise EnishiError("config.bad_value", key=name, value=str(value)[:80], wanted=wanted) from error


def _default(name: str) -> object:
    known = {field.name: field.default for field in fields(Settings)}
    if name not in known:
        alike = difflib.get_close_matches(name, known, n=1)
        raise EnishiError("config.unknown_key", key=name, suggestion=alike[0] if alike else ", ".join(sorted(known)))
    return known[name]


def _with_database(settings: Settings) -> Settings:
    """With the database's address in full. A password comes from a file, never from an argument or the environment."""
    wanted = f"sqlite:///…, {POSTGRES}://…"
    if not settings.database_url_file:
        url = _database(settings.database_url, "database_url", wanted)
        if url is not None and url.password is not None:
            raise EnishiError("config.secret_inline", key="database_url", instead="database_url_file")
    elif settings.database_url:
        raise EnishiError("config.bad_value", key="database_url", value="…", wanted="database_url_file")
    else:
        text = _secret("database_url_file", Path(settings.database_url_file))
        if len(text) >= SECRET_BYTES_MAX:
            raise EnishiError("config.bad_value", key="database_url_file", value="…", wanted=wanted)
        url = _database(text, "database_url_file", wanted)
    return settings if url is None else replace(settings, database_url=url.render_as_string(hide_password=False))


def _database(text: str, key: str, wanted: str) -> URL | None:
    """The address, or None for the default. What it says is never shown: it may hold a password."""
    if not text:
        return None
    try:
        url = make_url(text)
        return url.set(drivername=DRIVERS[url.drivername])
    except (ArgumentError, ValueError, KeyError) as error:  # a port that is no number is a ValueError
        raise EnishiError("config.bad_value", key=key, value="…", wanted=wanted) from error


def _secret(key: str, path: Path) -> str:
    """The one line of a file. Raises ``config.secret_missing``."""
    try:
        with path.open(encoding="utf-8") as file:
            text = file.read(SECRET_BYTES_MAX).strip()
    except (OSError, ValueError):
        text = ""
    if not text:
        raise EnishiError("config.secret_missing", key=key, path=str(path)[:200])
    return text


def _checked(settings: Settings) -> Settings:
    ranges = (("tenant", 0, TENANT_MAX), ("port", 0, PORT_MAX), ("session_idle_s", 60, 86_400), ("proxy_hops", 0, 8))
    for name, low, high in ranges:
        value = getattr(settings, name)
        if not low <= value <= high:
            raise EnishiError("config.bad_value", key=name, value=value, wanted=f"{low}-{high}")
    if settings.language not in LANGUAGES:
        raise EnishiError("config.bad_value", key="language", value=settings.language, wanted=", ".join(LANGUAGES))
    if not settings.origin.isprintable() or " " in settings.origin or urlsplit(settings.origin).port == 0:
        raise _bad_url(settings)
    if not settings.secure and not is_loopback(urlsplit(settings.origin).hostname or ""):
        raise EnishiError("config.plain_http", url=settings.origin)
    return settings


def _bad_url(settings: Settings) -> EnishiError:
    return EnishiError("config.bad_value", key="public_url", value=settings.origin[:80], wanted="https://…")
