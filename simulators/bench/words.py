"""The bench's words: source texts in Japanese, others from the product's catalogues."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

from shared import locale
from shared.locale import DOMAIN, LANGUAGES, N_, Translate, japanese
from simulators.goods import GOODS, UNKNOWN
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
PRODUCTS = (*((one.code, one.name) for one in GOODS), UNKNOWN)  # labels that lie on the bench
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
GROUPS = (  # of scenarios, as the catalogue has them
    N_("ふつうのお会計"), N_("商品・レジ"), N_("会員"), N_("返品・再印字"), N_("担当者と一日"),
    N_("停電・止まる・日付"), N_("困ったカード"), N_("ほかのカード機"),
    N_("こわれた機器"), N_("抜けたケーブル・雑音"), N_("本部"),
)  # fmt: skip
CARD_UNITS = {  # models of the settings
    "tcp300": N_("印字つきカード機"),
    "magnetic": N_("手で通す磁気カード機"),
    "ic_card": N_("ICカードのリーダー"),
}
UNIT_HINTS = {
    "tcp300": N_("カードは入っていません。「カード置き場」から1枚えらんで押します。"),
    "magnetic": N_("「カード置き場」のカードを押すと、1回通します。書くときは2回通します。"),
    "ic_card": N_("カードは置いてありません。「カード置き場」のICカードを押すと、リーダーに置きます。"),
}
PUT_IN = {"tcp300": N_("入れる"), "magnetic": N_("通す"), "ic_card": N_("置く")}  # what a press on a card does
MENU_HINT = N_(
    "メニューのキーはありません。カードがないときは「中止」、カードがあるときは金額が空の「訂正」で開きます。"
)
CHIPS = {"lite_s": N_("ICカード（FeliCa）"), "ntag213": N_("ICタグ（NTAG）")}
CARD_KINDS = {
    "member": N_("会員のカード"),
    "new": N_("新しいカード"),
    "used": N_("使ったカード"),
    "foreign": N_("よそのお店のカード"),
    "blank": N_("何も書いていないカード"),
    "chip": N_("ICカード（FeliCa）"),
    "nfc": N_("ICタグ（NTAG）"),
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
