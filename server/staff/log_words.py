"""What a line of the audit log says beside its deed, in words: label and value instead of the program's own names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from server.access.rights import ROLE_NAMES
from server.web.i18n import gettext as _
from shared.ids import CardNo, MemberNo, format_card_no, format_member_no, make_card_no
from shared.locale import N_
from shared.units import format_number

FOLDED_FROM = 60  # characters of a value; a longer one folds away, or one line would fill the page

LABELS: Mapping[str, str] = {
    "answer": N_("答え"), "approval": N_("承認の件"), "asked_by": N_("頼んだ人"), "before": N_("前"), "after": N_("後"),
    "by": N_("確かめ方"), "card": N_("カード"), "channels": N_("お知らせの方法"), "count": N_("人数"),
    "counted": N_("数えた枚数"), "delivery": N_("通知の番号"), "ended": N_("終えたログインの数"),
    "enrolment": N_("端末の登録"), "events": N_("知らせる出来事"), "expected": N_("帳簿の枚数"), "fields": N_("項目"),
    "first": N_("最初のカード"), "format": N_("ファイルの種類"), "gone": N_("まとめられた会員"),
    "has_price_check": N_("価格の検査数字"), "holdout": N_("送らない割合（0.1%単位）"), "household": N_("家族・会社"),
    "invoice_number": N_("インボイスの登録番号"), "job": N_("作業"), "key": N_("API キー"), "kind": N_("種類"),
    "last": N_("最後のカード"), "merge": N_("統合の番号"), "narrowed": N_("絞り込み"),
    "needs_duty": N_("担当者の入力が要る"), "numbers": N_("会員番号"), "other": N_("もう一方の会員"),
    "part": N_("ルールの部分"), "passkey": N_("パスキー"), "piece": N_("交換したもの"), "points": N_("ポイント"),
    "prefixes": N_("価格入りコードの頭"),
    "price_basis": N_("商品の価格"), "price_digits": N_("価格のけた数"), "prints": N_("ヘッドの印字"),
    "promotion": N_("特典の番号"),
    "reference": N_("相手の控えの番号"), "remains": N_("元に戻らないもの"), "removed": N_("消した"),
    "replaces": N_("取り替える端末"), "revealed": N_("●をはずした"), "rewrites": N_("書換え"), "role": N_("役割"),
    "rows": N_("行の数"),
    "scopes": N_("できること"), "searched": N_("ことばで探した"), "seed": N_("くじの種"), "segment": N_("対象者リスト"),
    "start": N_("はじめた版"), "state": N_("状態"), "store": N_("店舗"), "stores": N_("店舗"),
    "tax_rounding": N_("消費税の端数"), "version": N_("もとの版"), "voices": N_("お客さまの声の見出しの数"),
    "what": N_("したこと"), "why": N_("理由"),
}  # fmt: skip

_FIELDS: Mapping[str, str] = {
    "family_name": N_("姓"), "given_name": N_("名"), "family_kana": N_("姓のフリガナ"),
    "given_kana": N_("名のフリガナ"), "phone": N_("電話番号"), "postal_code": N_("郵便番号"),
    "prefecture": N_("都道府県"), "city": N_("市区町村"), "street": N_("番地・建物"), "birthday": N_("誕生日"),
    "memo": N_("メモ"), "email": N_("メール"), "store": N_("入会した店舗"),
}  # fmt: skip
_ROLES: Mapping[str, str] = {role.value: name for role, name in ROLE_NAMES.items()}
VALUES: Mapping[str, Mapping[str, str]] = {  # of a fact -> what its values are called
    "answer": {
        "yes": N_("認める"), "no": N_("認めない"), "seen": N_("確認した"), "stop": N_("カードを停止する"),
    },
    "after": _ROLES,
    "before": _ROLES,
    "by": {
        "password": N_("パスワード"), "passkey": N_("パスキー"), "totp": N_("アプリの番号"),
        "recovery": N_("紙の予備の番号"), "link": N_("招待のリンク"),
    },
    "channels": {"mail": N_("メール"), "post": N_("郵便"), "phone": N_("電話"), "print": N_("カード面の印字")},
    "fields": _FIELDS,
    "format": {
        "xlsx": N_("Excel（xlsx）"), "csv": N_("CSV（日本語版 Excel・Shift_JIS）"),
        "csv-utf8": N_("CSV（UTF-8、すべての文字）"), "json": N_("JSON（ほかのシステム向け）"),
    },
    "kind": {
        **_FIELDS, "address": N_("住所"), "edit": N_("直すための表示"), "merge": N_("統合のための表示"),
        "page": N_("印刷用の画面"), "json": "JSON", "csv": "CSV", "disclosure": N_("開示"), "correction": N_("訂正"),
        "stop": N_("利用の停止"), "erasure": N_("消去"), "dynamic": N_("いつも最新"), "fixed": N_("固定"),
        "adjust": N_("点の調整"), "programme": N_("ポイントのルールの変更"), "fork": N_("1枚のカードに2通りの続き"),
        "witness": N_("届いていない来店の点"), "pending": N_("だれの記録か分からない点"),
        "forged": N_("本物でないカード"), "image": N_("記録と合わない書込み"), "worn": N_("使い切ったカード"),
        "holder": N_("持ち主の分からないカード"), "replaced": N_("取り替えの食い違い"),
        "stray": N_("在庫にないカード"), "cap": N_("1日の上限を超えた点"),
        "programme_preview": N_("ルールの試算"), "members.judge": N_("会員のファイルを確かめる"),
        "members.take": N_("会員のファイルを取り込む"), "members.back": N_("会員の取り込みを元に戻す"),
        "notices.expand": N_("お知らせを会員のカードに書く"), "notices.close": N_("お知らせを取り消す"),
        "segments.tags": N_("対象者リストを端末に知らせる"),
    },
    "narrowed": {"rank": N_("ランク"), "store": N_("店舗"), "state": N_("状態"), "month": N_("誕生月")},
    "part": {
        "basic": N_("付け方"), "use": N_("使い方"), "expiry": N_("有効期限"), "ranks": N_("ランク"),
        "terms": N_("会員への案内"), "counter": N_("端末の決まり"),
    },
    "piece": {"head": N_("印字ヘッドだけ"), "unit": N_("カード機ごと")},
    "price_basis": {"inclusive": N_("税込み"), "exclusive": N_("税抜き")},
    "remains": {**_FIELDS, "household": N_("家族・会社")},
    "role": _ROLES,
    "state": {
        "received": N_("受け付けた"), "checked": N_("本人を確かめた"), "done": N_("終わった"),
        "declined": N_("応じなかった"), "withdrawn": N_("取り下げ"),
    },
    "tax_rounding": {"floor": N_("切捨て"), "half_up": N_("四捨五入"), "ceil": N_("切上げ")},
    "what": {
        "defined": N_("作った"), "changed": N_("変えた"), "renamed": N_("名前を変えた"), "joined": N_("加えた"),
        "left": N_("外した"),
    },
    "why": {
        "lost": N_("紛失"), "stolen": N_("盗難"), "broken": N_("破損"), "copied": N_("複製のうたがい"),
        "left": N_("退会・返却"), "other": N_("そのほか"), "found": N_("見つかった"),
        "mistake": N_("まちがって止めた"),
    },
}  # fmt: skip
_AREAS: Mapping[str, str] = {
    "members": N_("会員"), "cards": N_("カード"), "ledger": N_("ポイント"), "sales": N_("売上"),
    "messages": N_("メッセージ"), "segments": N_("対象者リスト"), "stores": N_("店舗と端末"),
}  # fmt: skip
_LEVELS: Mapping[str, str] = {"read": N_("見る"), "write": N_("変える")}
_YES_NO = ("has_price_check", "needs_duty")  # told as "1" and ""
_NUMBERS: Mapping[str, Callable[[int], str]] = {  # what is no quantity, by its fact
    "card": lambda number: format_card_no(CardNo(number)),
    "first": lambda serial: format_card_no(make_card_no(serial)),
    "last": lambda serial: format_card_no(make_card_no(serial)),
    "gone": lambda number: format_member_no(MemberNo(number)),
    "numbers": lambda number: format_member_no(MemberNo(number)),
    "other": lambda number: format_member_no(MemberNo(number)),
    "seed": str,
}


@dataclass(frozen=True, slots=True)
class Said:
    """One fact in the reader's language."""

    label: str
    text: str

    @property
    def is_long(self) -> bool:
        return len(self.text) > FOLDED_FROM


def in_words(facts: Mapping[str, object], people: Mapping[int, str], shops: Mapping[str, str]) -> list[Said]:
    """``people``: names of staff by number; ``shops``: of stores by code. What nobody has named stays as it is kept."""
    return [
        Said(_(LABELS[name]) if name in LABELS else name, _text(name, value, people, shops))
        for name, value in facts.items()
        if value != "" or name in _YES_NO
    ]


def _text(name: str, value: object, people: Mapping[int, str], shops: Mapping[str, str]) -> str:
    if isinstance(value, bool) or name in _YES_NO:
        return _("はい") if value else _("いいえ")
    if value is None:
        return _("すべて")
    if isinstance(value, list):
        told = [_text(name, one, people, shops) for one in value]
        return _("、").join(told) if told else _("なし")
    if isinstance(value, int):
        return people.get(value, str(value)) if name == "asked_by" else _NUMBERS.get(name, format_number)(value)
    text = str(value)
    if name in ("store", "stores"):
        return shops.get(text, text)
    if name == "scopes":
        area, _colon, level = text.partition(":")
        return _("{area}：{level}").format(area=_(_AREAS.get(area, area)), level=_(_LEVELS.get(level, level)))
    if name in ("fields", "remains") and text.startswith("attribute-"):
        return _("独自の項目{n}").format(n=text.removeprefix("attribute-"))
    if name == "remains" and text.startswith("card "):
        return _("カード{card}").format(card=format_card_no(CardNo(int(text.removeprefix("card ")))))
    words = VALUES.get(name, {}).get(text)
    return _(words) if words else text
