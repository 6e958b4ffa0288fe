"""The bench's words: source texts in Japanese, others from the product's catalogues."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

from shared import locale
from shared.locale import DOMAIN, LANGUAGES, N_, Translate, japanese
from simulators.rig.phases import Phase
from terminal.protocol.panel_board import Pattern

CATALOGUES = Path(locale.__file__).parent
LANGUAGE_NAMES = {"ja": "日本語", "en": "English"}

KEYS = (  # as they lie on the panel board; the values of shared.visit.events.Key
    ("7", "7"), ("8", "8"), ("9", "9"), ("back", N_("1字消す")),
    ("4", "4"), ("5", "5"), ("6", "6"), ("clear", N_("訂正")),
    ("1", "1"), ("2", "2"), ("3", "3"), ("use", N_("点を使う")),
    ("0", "0"), ("00", "00"), ("cancel", N_("中止")), ("enter", N_("実行")),
)  # fmt: skip
LAMPS = (("green", N_("緑")), ("yellow", N_("黄")), ("red", N_("赤")))
KEY_NAMES = dict(KEYS)
PAD = (  # a common number pad: what stands on the caps, and what the terminal takes it for
    ("7", "7"), ("8", "8"), ("9", "9"), ("backspace", N_("1字消す")),
    ("4", "4"), ("5", "5"), ("6", "6"), ("*", N_("＊ 訂正")),
    ("1", "1"), ("2", "2"), ("3", "3"), ("+", N_("＋ 点を使う")),
    ("0", "0"), ("00", "00"), ("/", N_("／ 中止")), ("enter", N_("Enter 実行")),
)  # fmt: skip
DEVICES = {  # by role
    "counter": N_("台ぜんぶ"),
    "terminal": N_("端末のプログラム"),
    "card_rewriter": N_("カード機"),
    "receipt_printer": N_("プリンター"),
    "panel": N_("キーの基板"),
    "keypad": N_("テンキー"),
    "scanner": N_("スキャナー"),
    "display": N_("お客さま表示"),
    "caller_id": N_("電話"),
}
PRODUCTS = (  # labels that lie on the bench; numbers within a shop (20…) and one of the tutorial kind
    ("2000000000015", N_("食パン 1斤")),
    ("2000000000022", N_("くるみパン")),
    ("2000000000039", N_("あんぱん")),
    ("2000000000046", N_("コーヒー")),
    ("4901234567894", N_("ジャム（JAN）")),
    ("49123456", N_("あめ（8けたのJAN）")),
)
CALLERS = (
    ("0312345678", N_("固定電話 03-1234-5678")),
    ("09000000000", N_("携帯電話 090-0000-0000")),
)
REASONS = (  # names of shared.visit.events.Withheld in small letters
    ("private", N_("非通知")),
    ("unavailable", N_("表示圏外")),
    ("coin_phone", N_("公衆電話")),
    ("conflict", N_("サービス競合")),
)
SPEEDS = ((1, N_("実物と同じ")), (3, N_("3倍")), (10, N_("10倍")))
GROUPS = (N_("ふつうのお会計"), N_("停電・抜けたケーブル"), N_("困ったカード"), N_("こわれた機器"), N_("本部"))
CARD_KINDS = {
    "member": N_("会員のカード"),
    "new": N_("新しいカード"),
    "used": N_("使ったカード"),
    "foreign": N_("よそのお店のカード"),
    "blank": N_("何も書いていないカード"),
    "copy": N_("写したカード"),
    "played": N_("台本のカード"),
}
HARMS = {"torn": N_("記録が切れている"), "worn": N_("すり減っている"), "wiped": N_("磁気が消えている")}
NOTES = {
    "regular": N_("いちばんの常連"),
    "many_points": N_("点がたまっている"),
    "birthday": N_("もうすぐ誕生日"),
    "memo": N_("留意点あり"),
    "long_away": N_("しばらく来ていない"),
    "second_store": N_("緑町店の常連"),
}
PHASES = {
    Phase.OFF: N_("電源が入っていません"),
    Phase.STARTING: N_("起動しています"),
    Phase.IDLE: N_("待機"),
    Phase.AWAITING_CARD: N_("カードを待っています"),
    Phase.READING: N_("読取り中"),
    Phase.WRITING: N_("磁気に書込み中"),
    Phase.PRINTING: N_("面を書換え中"),
    Phase.MOVING: N_("カードを動かしています"),
    Phase.REMOVAL: N_("カードを抜いてください"),
}
BUZZER = {
    Pattern.SILENT: N_("鳴っていない"),
    Pattern.ONE_SHORT: N_("ピッ"),
    Pattern.THREE_SHORT: N_("ピピピッ"),
    Pattern.TWO_LONG: N_("ブーブー"),
}
VERDICTS = {
    "ok": N_("正しい記録"),
    "card.foreign": N_("当店の記録ではない"),
    "card.torn": N_("途中で切れた記録"),
    "card.unknown_key": N_("知らない鍵"),
    "card.forged": N_("署名が合わない"),
}


@cache
def translator(language: str) -> Translate:
    """Source text -> text in ``language``, read from the catalogue in the repository: no build step to forget."""
    source = CATALOGUES / language / "LC_MESSAGES" / f"{DOMAIN}.po"
    if language == LANGUAGES[0] or not source.is_file():
        return japanese
    with source.open("rb") as file:
        catalogue = read_po(file, locale=language)
    texts = {str(message.id): str(message.string) for message in catalogue if message.id and message.string}
    return lambda text: texts.get(text, text)


def chosen(wish: str | None) -> str:
    """The language of ``?lang=``, Japanese unless it is one of ours."""
    return wish if wish in LANGUAGES else LANGUAGES[0]
