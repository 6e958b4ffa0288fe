"""Errors of the head office."""

from shared.errors.text import ErrorText
from shared.locale import N_

TEXTS = {
    "server.not_signed_in": ErrorText(
        N_("ログインしていません。"),
        N_("もう一度ログインしてください。"),
    ),
    "server.setup_link": ErrorText(
        N_("このリンクは使えません。期限が切れたか、すでに使われています。"),
        N_("サーバーで「python -m server invite」を実行して、新しいリンクを作ってください。"),
    ),
    "server.sign_in": ErrorText(
        N_("利用者名またはパスワードが違います。"),
        N_("確かめて、もう一度入力してください。"),
    ),
    "server.sign_in_blocked": ErrorText(
        N_("まちがいが続いたため、しばらくログインできません。"),
        N_("15分たってから、もう一度入力してください。"),
    ),
    "server.sign_in_early": ErrorText(
        N_("まちがいが続いたので、少し間をおいています。"),
        N_("30秒ほど待ってから、もう一度入力してください。"),
    ),
    "server.not_allowed": ErrorText(
        N_("この画面や操作は、あなたの役割では使えません。"),
        N_("必要なときは、本部の管理者に、役割を変えられるか聞いてください。"),
    ),
    "server.not_recorded": ErrorText(
        N_("操作の記録を残せないため、取りやめました。何も変わっていません。"),
        N_("システムの担当者に連絡してください。"),
    ),
    "server.password_link": ErrorText(
        N_("このリンクは使えません。期限が切れたか、すでに使われています。"),
        N_("本部の管理者に、新しいリンクを作るように頼んでください。"),
    ),
    "server.second_factor": ErrorText(
        N_("確認の番号が違います。"),
        N_("アプリに今表示されている6けたの番号か、まだ使っていない予備の番号を入力してください。"),
    ),
    "server.passkey": ErrorText(
        N_("パスキーを確かめられませんでした。"),
        N_("もう一度試してください。続くときは、パスワードと確認の番号でログインしてください。"),
    ),
    "server.passkey_many": ErrorText(
        N_("パスキーは、1人{limit}個までです。"),
        N_("使っていないパスキーを削除してから、もう一度登録してください。"),
    ),
    "server.bad_request": ErrorText(
        N_("送られた内容を読めません。"),
        N_("前の画面に戻って、もう一度操作してください。"),
    ),
    "server.not_found": ErrorText(
        N_("このページはありません。"),
        N_("ホームまたは左のメニューから選んでください。"),
    ),
    "server.too_large": ErrorText(
        N_("送られた内容が大きすぎます。"),
        N_("内容を減らして、もう一度送ってください。"),
    ),
    "server.stale_form": ErrorText(
        N_("画面を開いてから時間がたったため、送信できませんでした。"),
        N_("前の画面に戻り、読み込み直してから、もう一度送ってください。"),
    ),
    "server.failed": ErrorText(
        N_("処理の途中で問題が起きました。記録は変わっていません。"),
        N_("もう一度操作してください。続くときはシステムの担当者に連絡してください。"),
    ),
    "server.database_busy": ErrorText(
        N_("データベースが混み合っていて、処理できませんでした。"),
        N_("少し待ってから、もう一度操作してください。"),
    ),
    "server.database_setting": ErrorText(
        N_("データベースの設定 {name} が {value} のままで、変えられません。"),
        N_("データベースのファイルを、このコンピューターのディスクに置いてください。"),
    ),
    "server.database_unsafe": ErrorText(
        N_("データベースの設定 {name} が {value} で、このままでは記録を正しく守れません。"),
        N_("{wanted} にしてから、もう一度始めてください（deploy/README.md）。"),
    ),
    "server.database_missing": ErrorText(
        N_("本部のデータベースがまだありません（{path}）。"),
        N_("先に「python -m server setup」を実行してください。"),
    ),
    "server.backup_bad": ErrorText(
        N_("控え（バックアップ）を確かめられませんでした（{path}：{detail}）。"),
        N_("この控えは使わず、原因を直してから、もう一度取ってください。端末の記録は消えません。"),
    ),
    "server.database_unreadable": ErrorText(
        N_("本部のデータベースを読み書きできません（{detail}）。"),
        N_("ファイルは消さずに残し、空き容量を確かめてから、控え（バックアップ）から戻してください。"),
    ),
    "server.port_taken": ErrorText(
        N_("{host}:{port} は、ほかのプログラムが使っています。"),
        N_("そのプログラムを止めるか、--port で別の番号を指定してください。"),
    ),
    "server.file": ErrorText(
        N_("ファイル {path} を読み書きできません（{detail}）。"),
        N_("ファイルの場所と、書き込みの権限を確かめてください。"),
    ),
    "server.seed_malformed": ErrorText(
        N_("取り込むファイルの形が違います（{detail}）。"),
        N_("ファイルを作り直してください。"),
    ),
    "server.seed_tenant": ErrorText(
        N_("取り込むファイルはチェーン {theirs} のもので、この本部（{ours}）のものではありません。"),
        N_("設定 tenant を確かめてください。"),
    ),
    "server.foreign_host": ErrorText(
        N_("このアドレスでは本部の画面を開けません。"),
        N_("本部のアドレス（設定 public_url）で開いてください。"),
    ),
}
