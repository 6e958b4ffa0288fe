"""Errors of the settings."""

from shared.errors.text import ErrorText
from shared.locale import N_

TEXTS = {
    "config.unknown_key": ErrorText(
        N_("設定に知らない項目 {key} があります。"),
        N_("{suggestion} の書きまちがいではないか確かめてください。"),
    ),
    "config.kiosk_port": ErrorText(
        N_("画面の番号 {host}:{port} は、ほかのプログラムが使っています。"),
        N_("そのプログラムを止めるか、設定 kiosk.port を別の番号にしてください。"),
    ),
    "config.device_port": ErrorText(
        N_("機器 {model} の接続の書き方「{port}」が違います。"),
        N_("たとえば「{example}」のように書いてください。"),
    ),
    "config.driver": ErrorText(
        N_("機器の型名 {model} を知りません。"),
        N_("{suggestion} の書きまちがいではないか、設定を確かめてください。"),
    ),
    "config.driver_role": ErrorText(
        N_("機器 {model} は {role} としては使えません。"),
        N_("設定の機器の欄を確かめてください。"),
    ),
    "config.terminal_running": ErrorText(
        N_("この端末のプログラムが動いているため、機器を調べられません（ポート {port}）。"),
        N_("動いている間は、端末の画面に機器の状態が出ます。調べるときは、先に端末のプログラムを止めてください。"),
    ),
    "config.argument": ErrorText(
        N_("命令の書き方が違います（{detail}）。"),
        N_("「{command} --help」で使い方を確かめてください。"),
    ),
    "config.missing_key": ErrorText(
        N_("設定 {key} がありません。"),
        N_("たとえば「{example}」のように書いてください。"),
    ),
    "config.wrong_type": ErrorText(
        N_("設定 {key} の値 {value} の書き方が違います。"),
        N_("{wanted} の形で書いてください。"),
    ),
    "config.bad_value": ErrorText(
        N_("設定 {key} の値 {value} は使えません。"),
        N_("使える値を確かめてください（{wanted}）。"),
    ),
    "config.unreadable": ErrorText(
        N_("設定のファイル {path} を読めません（{detail}）。"),
        N_("ファイルの場所と書き方を確かめてください。"),
    ),
    "config.plain_http": ErrorText(
        N_("{url} は暗号化されない通信です。"),
        N_("https:// で始まる場所にしてください。"),
    ),
    "config.secret_missing": ErrorText(
        N_("{key} のファイル {path} がないか、空か、読めません。"),
        N_("ファイルを置き、このプログラムが読めるようにしてください。"),
    ),
    "config.secret_inline": ErrorText(
        N_("設定 {key} にパスワードが書かれています。"),
        N_("ファイルに移し、その場所を {instead} に書いてください。"),
    ),
    "config.secret_open": ErrorText(
        N_("{key} のファイル {path} を、ほかの人も読めるようになっています。"),
        N_("持ち主だけが読めるようにしてください（chmod 600 {path}）。"),
    ),
    "config.secret_malformed": ErrorText(
        N_("{key} のファイルの中身が鍵の形ではありません。"),
        N_("16進数 {digits} けたを1行で書いてください。"),
    ),
    "config.identity": ErrorText(
        N_("端末の身元のファイル {path} を読めません。"),
        N_("端末を登録しなおしてください（./enishi terminal enrol）。"),
    ),
    "config.identity_exists": ErrorText(
        N_("身元のファイル {path} は、もうあります。"),
        N_("別の場所を選ぶか、使っていない端末のものであることを確かめてから、移してください。"),
    ),
    "config.identity_unwritable": ErrorText(
        N_("身元のファイル {path} を書けません。"),
        N_("書ける場所を選び、本部で新しい登録コードを作って、やり直してください。"),
    ),
}
