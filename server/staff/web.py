"""Who may use the console: the door, the own settings, the people, what they did."""

from __future__ import annotations

from flask import render_template
from markupsafe import Markup

from server.access.rights import Right, Role
from server.staff import door, log_pages, own_pages, people_pages
from server.staff.blueprint import BLUEPRINT
from server.staff.models import Staff
from server.staff.service import DAY_MS, FACTOR_ROLES
from server.web.context import db, now_ms
from server.web.feature import Feature, Group, MenuItem, Page, Section
from server.web.security import me, seat
from shared.locale import N_

PAGES = (door, own_pages, people_pages, log_pages)  # naming them registers their addresses

ACTS = {
    "office.command": N_("コマンドを実行"),
    "staff.set_up": N_("最初の管理者を登録"),
    "staff.signed_in": N_("ログイン"),
    "staff.signed_out": N_("ログアウト"),
    "staff.sign_in_failed": N_("ログインの失敗"),
    "staff.second_factor_failed": N_("確認の番号のまちがい"),
    "staff.proved": N_("本人の確認"),
    "staff.password_set": N_("リンクからパスワードを設定"),
    "staff.password_changed": N_("パスワードを変更"),
    "staff.totp_begun": N_("確認アプリの登録を開始"),
    "staff.totp_set": N_("確認アプリを登録"),
    "staff.totp_dropped": N_("確認アプリを削除"),
    "staff.passkey_added": N_("パスキーを登録"),
    "staff.passkey_dropped": N_("パスキーを削除"),
    "staff.recovery_codes_made": N_("予備の番号を作成"),
    "staff.sessions_ended": N_("ほかのログインを終了"),
    "staff.invited": N_("利用者を招待"),
    "staff.role_changed": N_("役割と店舗を変更"),
    "staff.link_made": N_("パスワードのリンクを作成"),
    "staff.factors_forgotten": N_("確認の方法を取り消し"),
    "staff.let_go": N_("利用を停止"),
    "staff.taken_back": N_("利用を再開"),
    "members.revealed": N_("個人情報を表示"),
}


def _reminder(_number: int) -> Markup:
    """On the home page, while a second factor is still awaited."""
    if seat().has_factor or Role(me().role) not in FACTOR_ROLES:
        return Markup("")
    person = db().get(Staff, me().id)
    left_ms = max(person.factor_due_ms - now_ms(), 0) if person is not None else 0
    return Markup(render_template("staff/reminder.html", days=-(-left_ms // DAY_MS)))


def _own_link(_number: int) -> Markup:
    return Markup(render_template("staff/self.html"))


FEATURE = Feature(
    "staff",
    BLUEPRINT,
    menu=(
        MenuItem(Group.ADMIN, "users", N_("利用者と権限"), "staff.people_list", 1, Right.STAFF_EDIT),
        MenuItem(Group.ADMIN, "clipboard-list", N_("操作履歴"), "staff.log", 2, Right.AUDIT_READ),
    ),
    sections=(Section(Page.HOME, _reminder, 0), Section(Page.SELF, _own_link, 0)),
    acts=ACTS,
)
