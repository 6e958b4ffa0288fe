"""What people call the devices of a counter."""

from __future__ import annotations

from collections.abc import Mapping

from shared.locale import N_
from terminal.drivers.port import Role

ROLE_NAMES: Mapping[Role, str] = {
    Role.CARD_REWRITER: N_("カード機"),
    Role.RECEIPT_PRINTER: N_("レシートプリンター"),
    Role.PANEL: N_("操作盤"),
    Role.KEYPAD: N_("キーパッド"),
    Role.DISPLAY: N_("お客様用の表示器"),
    Role.SIGNALS: N_("ランプとブザー"),
    Role.SCANNER: N_("バーコードリーダー"),
    Role.CALLER_ID: N_("ナンバー・ディスプレイ"),
}
