"""Settings of one terminal: defaults < TOML files < ``ENISHI_<SECTION>_<KEY>`` < ``--set section.key=value``.

Read once, at the start. What the business changes (rates, campaigns, texts) comes from head office and is not here.
"""

from __future__ import annotations

import difflib
import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, field, fields
from pathlib import Path
from typing import Any, get_type_hints
from urllib.parse import urlsplit

from shared.errors import EnishiError
from shared.locale import LANGUAGES
from shared.sync.identity import Identity
from terminal.app.config_layers import Layer, layers
from terminal.app.identity import load_identity

PORT_MAX = 65_535
MARGIN_MAX = 160  # dots, half the card's short side (TCP300II manual page MH2/28): two such margins leave nothing
GAP_MAX = 15  # dots; one hexadecimal digit on the wire of the TCP300II
SYNC_EVERY_MIN_S, SYNC_EVERY_MAX_S = 1.0, 3_600.0

Texts = tuple[str, ...]
_YES, _NO = ("true", "yes", "on", "1"), ("false", "no", "off", "0")


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminalSection:
    """Who this terminal is, and where it keeps what it knows."""

    # Made by `enishi terminal enrol`: number, shop and keys. Only its owner may read it.
    identity_file: Path = field(metadata={"example": "/etc/enishi/identity.json"})
    data_dir: Path = Path("/var/lib/enishi/terminal")  # must exist: a disk that is not mounted must not be hidden
    journal_key_file: Path | None = None  # 64 hexadecimal digits: the journal is encrypted; empty: in clear
    allow_plain_journal: bool = False  # in clear where the cipher is not installed, though there is a key
    mirror: Path | None = None  # the journal's second copy, a file on another medium; empty: none
    language: str = field(default="ja", metadata={"choices": LANGUAGES})


@dataclass(frozen=True, slots=True, kw_only=True)
class CardSection:
    """The stock that the chain's cards are printed on."""

    face_landscape: bool = False
    face_left_dots: int = field(default=0, metadata={"low": 0, "high": MARGIN_MAX})
    face_top_dots: int = field(default=0, metadata={"low": 0, "high": MARGIN_MAX})
    face_right_dots: int = field(default=0, metadata={"low": 0, "high": MARGIN_MAX})
    face_bottom_dots: int = field(default=0, metadata={"low": 0, "high": MARGIN_MAX})
    face_gap_dots: int = field(default=0, metadata={"low": 0, "high": GAP_MAX})  # between characters; 0 = 26 columns


@dataclass(frozen=True, slots=True, kw_only=True)
class DevicesSection:
    """``driver:port``. All but the card unit may be left out (empty): the touch keys and the screen remain."""

    card_rewriter: str = field(default="tcp300:/dev/ttyCARD", metadata={"device": "needed"})
    receipt_printer: str = field(default="escpos:/dev/ttyRECEIPT", metadata={"device": "optional"})
    panel: str = field(default="panel_board:/dev/ttyPANEL", metadata={"device": "optional"})
    keypad: str = field(default="", metadata={"device": "optional"})
    display: str = field(default="", metadata={"device": "optional"})
    signals: str = field(default="", metadata={"device": "optional"})
    scanner: str = field(default="", metadata={"device": "optional"})
    caller_id: str = field(default="", metadata={"device": "optional"})


@dataclass(frozen=True, slots=True, kw_only=True)
class KioskSection:
    """The page on the counter's screen."""

    host: str = "127.0.0.1"
    port: int = field(default=8101, metadata={"low": 0, "high": PORT_MAX})  # 0: any free port
    # Addresses of the shop's POS machines beside this one; they send the token: 64 hexadecimal digits in a file.
    pos_hosts: tuple[str, ...] = field(default=(), metadata={"addresses": True})
    pos_token_file: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PosSection:
    """Sales that the shop's POS drops as files."""

    folder: Path | None = None  # where it drops them (``pos_csv.py`` names the columns); empty: nowhere


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadOfficeSection:
    """Where the journal goes. An empty ``url``: where the identity says; there too: this terminal stands alone."""

    url: str = ""
    sync_every_s: float = field(default=60.0, metadata={"low": SYNC_EVERY_MIN_S, "high": SYNC_EVERY_MAX_S})
    allow_plain_http: bool = False  # the journal would travel in clear; only inside a network that is trusted


SECTIONS: dict[str, type[Any]] = {
    "terminal": TerminalSection,
    "card": CardSection,
    "devices": DevicesSection,
    "kiosk": KioskSection,
    "pos": PosSection,
    "head_office": HeadOfficeSection,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminalConfig:
    """All settings, checked. The identity is read already; its seed is never shown."""

    terminal: TerminalSection
    identity: Identity
    card: CardSection = field(default_factory=CardSection)
    devices: DevicesSection = field(default_factory=DevicesSection)
    kiosk: KioskSection = field(default_factory=KioskSection)
    pos: PosSection = field(default_factory=PosSection)
    head_office: HeadOfficeSection = field(default_factory=HeadOfficeSection)

    @property
    def journal(self) -> Path:
        """The file of the store."""
        return self.terminal.data_dir / "journal.db"

    @property
    def office_url(self) -> str:
        """Where head office is; empty: nowhere."""
        return self.head_office.url or self.identity.url

    @property
    def shop_name(self) -> str:
        """On screen and receipts."""
        return self.identity.store_name or self.identity.store


def load(argv_sets: Sequence[str], environ: Mapping[str, str], paths: Sequence[Path] = ()) -> TerminalConfig:
    """Lay the layers over each other, check everything, read the identity.

    ``argv_sets``: the texts after ``--set``; ``paths``: files of ``--config``, later ones win. Raises ``config.*``.
    """
    typed, texts = layers(argv_sets, environ, paths, SECTIONS)
    _refuse_unknown([*typed, *texts])
    sections = {name: _section(name, kind, typed, texts) for name, kind in SECTIONS.items()}
    config = TerminalConfig(**sections, identity=load_identity(sections["terminal"].identity_file))
    _check_head_office(config)
    if config.kiosk.pos_hosts and config.kiosk.pos_token_file is None:
        raise EnishiError("config.missing_key", key="kiosk.pos_token_file", example="/etc/enishi/pos.token")
    return config


def split_device(device: str) -> tuple[str, str]:
    """``tcp300:/dev/ttyCARD`` -> driver and port."""
    driver, _, port = device.partition(":")
    return driver, port


def _refuse_unknown(keys: Sequence[str]) -> None:
    known = [f"{name}.{setting.name}" for name, kind in SECTIONS.items() for setting in fields(kind)]
    for key in keys:
        if key not in known:
            alike = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
            raise EnishiError("config.unknown_key", key=key[:80], suggestion=alike[0] if alike else ", ".join(SECTIONS))


def _section(name: str, kind: type[Any], typed: Layer, texts: Layer) -> Any:
    hints = get_type_hints(kind)
    values: dict[str, object] = {}
    for setting in fields(kind):
        key = f"{name}.{setting.name}"
        if key in texts:
            values[setting.name] = _from_text(key, str(texts[key]), hints[setting.name])
        elif key in typed:
            values[setting.name] = _from_toml(key, typed[key], hints[setting.name])
        elif setting.default is MISSING and setting.default_factory is MISSING:
            raise EnishiError("config.missing_key", key=key, example=str(setting.metadata["example"]))
        if setting.name in values:
            _check(key, values[setting.name], setting)
    return kind(**values)


def _from_toml(key: str, value: object, kind: object) -> object:
    """TOML has types: "12" is not 12."""
    if isinstance(value, str) and "\0" in value:  # no file, no port and no host has such a name
        raise _wrong_type(key, value, kind)
    if kind in (Path, Path | None) and isinstance(value, str):
        return Path(value) if value else None
    if kind is float and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if kind == Texts and isinstance(value, list) and all(isinstance(text, str) for text in value):
        return tuple(value)
    if type(value) is kind:
        return value
    raise _wrong_type(key, value, kind)


def _from_text(key: str, value: str, kind: object) -> object:
    if "\0" in value:
        raise _wrong_type(key, value, kind)
    if kind is bool:
        if value.lower() not in (*_YES, *_NO):
            raise _wrong_type(key, value, kind)
        return value.lower() in _YES
    if kind in (Path, Path | None):
        return Path(value) if value else None
    if kind == Texts:
        return tuple(text.strip() for text in value.split(",") if text.strip())
    try:
        return int(value) if kind is int else float(value) if kind is float else value
    except ValueError as error:
        raise _wrong_type(key, value, kind) from error


_WANTED: dict[object, str] = {
    bool: "true / false", int: "123", float: "1.5", str: '"text"', Texts: '["text", "text"]',
}  # fmt: skip


def _wrong_type(key: str, value: object, kind: object) -> EnishiError:
    return EnishiError("config.wrong_type", key=key, value=str(value)[:80], wanted=_WANTED.get(kind, '"/path"'))


def _check(key: str, value: Any, setting: Field[Any]) -> None:
    rules = setting.metadata
    # "not low <= value" also refuses a float that is not a number
    if "low" in rules and not rules["low"] <= value <= rules["high"]:
        raise EnishiError("config.bad_value", key=key, value=str(value), wanted=f"{rules['low']}–{rules['high']}")
    if "choices" in rules and value not in rules["choices"]:
        raise EnishiError("config.bad_value", key=key, value=value, wanted=", ".join(rules["choices"]))
    if "device" in rules and not _is_device(value, may_be_empty=rules["device"] == "optional"):
        raise EnishiError("config.bad_value", key=key, value=value, wanted=str(setting.default))
    if "addresses" in rules and not all(_is_address(text) for text in value):
        raise EnishiError("config.bad_value", key=key, value=", ".join(value)[:80], wanted="192.168.1.20")
    if "example" in rules and value in ("", None):
        raise EnishiError("config.missing_key", key=key, example=str(rules["example"]))


def _is_address(text: str) -> bool:
    """In the form in which the server names who asks."""
    try:
        return str(ipaddress.ip_address(text)) == text
    except ValueError:
        return False


def _is_device(value: str, may_be_empty: bool) -> bool:
    driver, port = split_device(value)
    return bool(driver and port) or (may_be_empty and not value)


def _check_head_office(config: TerminalConfig) -> None:
    url = config.office_url
    if not url:
        return
    check_address(url, config.head_office.allow_plain_http)
    if not config.identity.office_key:  # nobody could be known as head office
        raise EnishiError("config.identity", path=str(config.terminal.identity_file))


def check_address(url: str, allow_plain_http: bool) -> None:
    """Whether head office may stand there. Raises ``config.bad_value`` or ``config.plain_http``."""
    scheme, host = _address(url)
    if scheme not in ("http", "https") or not host:
        raise EnishiError("config.bad_value", key="head_office.url", value=url[:80], wanted="https://…")
    if scheme == "http" and not allow_plain_http and not _is_loopback(host):
        raise EnishiError("config.plain_http", url=url)


def _address(url: str) -> tuple[str, str]:
    """Scheme and host; empty for what is no address."""
    try:
        address = urlsplit(url)
        return address.scheme, (address.hostname or "") if address.port != 0 and _is_one_word(url) else ""
    except ValueError:  # a bracket without its other half, a port that is no number
        return "", ""


def _is_one_word(url: str) -> bool:
    return url.isprintable() and " " not in url


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
