"""Errors of the devices on the counter."""

from shared.errors.text import ErrorText
from shared.locale import N_

TEXTS = {
    "device.card_rewriter.no_answer": ErrorText(
        N_("カード機が返事をしません。"),
        N_("カード機の電源とケーブルを確かめてください。"),
    ),
    "device.panel_board.no_answer": ErrorText(
        N_("キーと表示器が返事をしません。"),
        N_("操作盤の電源とケーブルを確かめてください。画面のキーはそのまま使えます。"),
    ),
    "device.panel_board.link_closed": ErrorText(
        N_("操作盤の接続が切れました。"),
        N_("操作盤のケーブルを差し直してください。画面のキーはそのまま使えます。"),
    ),
    "device.panel_board.version": ErrorText(
        N_("操作盤のプログラムが、この端末と合いません。"),
        N_("画面のキーを使い、操作盤の更新を本部に頼んでください。"),
    ),
    "device.receipt_printer.no_answer": ErrorText(
        N_("レシートプリンターが返事をしません。"),
        N_("プリンターの電源とケーブルを確かめてください。ポイントは記録されています。"),
    ),
    "device.receipt_printer.link_closed": ErrorText(
        N_("レシートプリンターの接続が切れました。"),
        N_("プリンターのケーブルを差し直してください。ポイントは記録されています。"),
    ),
    "device.receipt_printer.paper_out": ErrorText(
        N_("レシートの紙がなくなりました。"),
        N_("新しいロール紙を入れてください。ポイントは記録されています。"),
    ),
    "device.receipt_printer.paper_low": ErrorText(
        N_("レシートの紙が残りわずかです。"),
        N_("新しいロール紙を用意してください。印刷はまだできます。"),
    ),
    "device.receipt_printer.cutter": ErrorText(
        N_("レシートプリンターの紙を切る刃が動きません。"),
        N_("プリンターのふたを開け、詰まった紙を取り除いて閉めてください。印刷は自動で続きます。"),
    ),
    "device.receipt_printer.overheated": ErrorText(
        N_("レシートプリンターのヘッドが熱くなっています。"),
        N_("しばらくお待ちください。冷めると自動で印刷します。"),
    ),
    "device.receipt_printer.cover_open": ErrorText(
        N_("レシートプリンターのふたが開いています。"),
        N_("ふたを閉めてください。ポイントは記録されています。"),
    ),
    "device.receipt_printer.fault": ErrorText(
        N_("レシートプリンターに異常があります。"),
        N_("電源を切り、紙づまりを取り除いてから入れ直してください。ポイントは記録されています。"),
    ),
    "device.receipt_printer.timeout": ErrorText(
        N_("レシートが時間内に印刷されませんでした。"),
        N_("プリンターの紙とふたを確かめてください。ポイントは記録されています。"),
    ),
    "device.receipt_printer.queue_full": ErrorText(
        N_("印刷待ちのレシートが多すぎます。"),
        N_("プリンターの紙とふたを確かめてください。ポイントは記録されています。"),
    ),
    "device.receipt_printer.too_long": ErrorText(
        N_("レシートが長すぎて印刷できません。"),
        N_("次からは金額を分けて入れてください。ポイントは記録されています。"),
    ),
    "device.power_failing": ErrorText(
        N_("電源の電圧が下がっています。"),
        N_("電源が戻ってから、もう一度カードを入れてください。"),
    ),
    "device.card_rewriter.stuck": ErrorText(
        N_("カード機の処理が終わりません。"),
        N_("カード機の電源を入れ直して、同じカードをもう一度入れてください。"),
    ),
    "device.card_rewriter.restarted": ErrorText(
        N_("カード機が処理の途中で動き直しました。"),
        N_("同じカードを、もう一度入れてください。"),
    ),
    "device.card_rewriter.link_lost": ErrorText(
        N_("カード機との接続が切れました。"),
        N_("カード機のケーブルを差し直してください。自動でつなぎ直します。"),
    ),
    "device.card_rewriter.no_card": ErrorText(
        N_("カード機の中にカードがありません。"),
        N_("カードをもう一度入れてください。"),
    ),
    "device.card_rewriter.no_stripe": ErrorText(
        N_("カードの磁気を読めません。向きが逆か、磁気のないカードです。"),
        N_("カードの向きと表裏を確かめて、もう一度入れてください。"),
    ),
    "device.card_rewriter.read_parity": ErrorText(
        N_("カードの磁気を正しく読めません。"),
        N_("カードの磁気面を乾いた布でふいて、もう一度入れてください。続くときはカード機を清掃してください。"),
    ),
    "device.card_rewriter.read_start_end": ErrorText(
        N_("カードの磁気を正しく読めません。"),
        N_("カードの磁気面を乾いた布でふいて、もう一度入れてください。続くときはカード機を清掃してください。"),
    ),
    "device.card_rewriter.read_lrc": ErrorText(
        N_("カードの磁気を正しく読めません。"),
        N_("カードの磁気面を乾いた布でふいて、もう一度入れてください。続くときはカード機を清掃してください。"),
    ),
    "device.card_rewriter.read_character": ErrorText(
        N_("カードの磁気に読めない文字があります。"),
        N_("カードの磁気面を乾いた布でふいて、もう一度入れてください。続くときはカード機を清掃してください。"),
    ),
    "device.card_rewriter.write_error": ErrorText(
        N_("カードに書き込めませんでした。"),
        N_("カードをふいて、もう一度お試しください。続くときは新しいカードに取り替えて、カード機を清掃してください。"),
    ),
    "device.card_rewriter.write_mismatch": ErrorText(
        N_("カードに書いた内容が、書こうとした内容と違います。"),
        N_("もう一度お試しください。続くときはカード機のケーブルを確かめてください。"),
    ),
    "device.card_rewriter.jam": ErrorText(
        N_("カード機の中でカードが詰まりました。"),
        N_("カード機の搬送部を開けてカードを取り除き、閉じてください。"),
    ),
    "device.card_rewriter.cover_open": ErrorText(
        N_("カード機のカバーが開いています。"),
        N_("カバーを閉じてください。"),
    ),
    "device.card_rewriter.invalid_command": ErrorText(
        N_("カード機が命令を受け付けませんでした。"),
        N_("カード機の機種と設定を確かめて、店長または本部に連絡してください。"),
    ),
    "device.card_rewriter.cam_motor": ErrorText(
        N_("カード機のカムモーターが故障しています。"),
        N_("カード機の電源を入れ直してください。直らないときは修理を依頼してください。"),
    ),
    "device.card_rewriter.head_temperature": ErrorText(
        N_("カード機の消去ヘッドの温度が異常です。"),
        N_("しばらく冷ましてからお試しください。直らないときは修理を依頼してください。"),
    ),
    "device.card_rewriter.eeprom": ErrorText(
        N_("カード機の設定メモリーが故障しています。"),
        N_("カード機の電源を入れ直してください。直らないときは修理を依頼してください。"),
    ),
    "device.card_rewriter.unsuitable_image": ErrorText(
        N_("カード機が印字用の画像を受け付けませんでした。"),
        N_("印字の設定を確かめて、店長または本部に連絡してください。"),
    ),
    "device.card_rewriter.face_overflow": ErrorText(
        N_("カードの面に印字が収まりません。"),
        N_("印字する文を短くしてください。カードの記録は正しく書けています。"),
    ),
    "device.card_rewriter.refused": ErrorText(
        N_("カード機が命令を受け付けませんでした。"),
        N_("カードを抜いて、もう一度お試しください。続くときはカード機の電源を入れ直してください。"),
    ),
    "device.card_rewriter.unknown_status": ErrorText(
        N_("カード機から知らない状態番号が届きました。"),
        N_("カード機の電源を入れ直してください。続くときは店長または本部に連絡してください。"),
    ),
    "device.card_rewriter.track": ErrorText(
        N_("カードに書けない内容です。"),
        N_("店長または本部に連絡してください。"),
    ),
    "device.card_rewriter.swipe": ErrorText(
        N_("カードの通し方が、速すぎるか、遅すぎるか、途中で止まりました。"),
        N_("カードを端から端まで、止めずに一定の速さで通してください。"),
    ),
    "device.keypad.link_closed": ErrorText(
        N_("キーの接続が切れました。"),
        N_("キーのケーブルを差し直してください。画面のキーはそのまま使えます。"),
    ),
    "device.keypad.stuck": ErrorText(
        N_("キーが押されたままになっています。"),
        N_("キーの上に物がないか、キーが戻るかを確かめてください。画面のキーはそのまま使えます。"),
    ),
    "device.keypad.short": ErrorText(
        N_("キーの配線がショートしています。"),
        N_("画面のキーを使い、キーの配線の点検を頼んでください。"),
    ),
    "device.keypad.not_grabbed": ErrorText(
        N_("キー {port} を、この端末だけで使うことができません。"),
        N_("キーを使っているほかのプログラムを止めてください。画面のキーはそのまま使えます。"),
    ),
    "device.display.link_closed": ErrorText(
        N_("お客様用の表示器との接続が切れました。"),
        N_("表示器のケーブルと電源を確かめてください。自動でつなぎ直します。"),
    ),
    "device.signals.link_closed": ErrorText(
        N_("ランプとブザーの接続が切れました。"),
        N_("端末を動かし直してください。続くときは配線の点検を頼んでください。"),
    ),
    "device.library_missing": ErrorText(
        N_("機器 {port} を動かす部品 {library} が、この端末に入っていません。"),
        N_("{library} を入れて、端末を動かし直してください。"),
    ),
    "device.scanner.link_closed": ErrorText(
        N_("バーコードリーダーの接続が切れました。"),
        N_("バーコードリーダーのケーブルを差し直してください。番号や金額はキーで入れられます。"),
    ),
    "device.scanner.not_grabbed": ErrorText(
        N_("バーコードリーダー {port} を、この端末だけで使うことができません。"),
        N_("バーコードリーダーを使っているほかのプログラムを止めてください。それまでは読み取りません。"),
    ),
    "device.caller_id.no_answer": ErrorText(
        N_("電話の番号表示の機器が返事をしません。"),
        N_("機器の電源とケーブルを確かめてください。電話はそのまま使えます。"),
    ),
    "device.caller_id.link_closed": ErrorText(
        N_("電話の番号表示の機器との接続が切れました。"),
        N_("機器のケーブルを差し直してください。電話はそのまま使えます。"),
    ),
    "device.caller_id.no_numbers": ErrorText(
        N_("このモデムは、かけてきた人の番号を表示できません。"),
        N_("日本のナンバー・ディスプレイに対応したモデムに取り替えてください。"),
    ),
    "device.caller_id.refused": ErrorText(
        N_("電話の親機が、この端末の登録を断りました。"),
        N_("電話の設定ファイルの user、auth_user、パスワードを、親機の内線の設定と合わせてください。"),
    ),
    "device.caller_id.no_digest": ErrorText(
        N_("電話の親機が、この端末の知らない方法でパスワードを求めています。"),
        N_("親機の認証の方法をダイジェスト認証（MD5 か SHA-256）にしてください。"),
    ),
    "device.caller_id.server_trouble": ErrorText(
        N_("電話の親機が、いまは登録を受け付けません。"),
        N_("しばらくすると自動でやり直します。続くときは親機の電源を入れ直してください。"),
    ),
    "device.card_rewriter.no_face": ErrorText(
        N_("この機器はカードの面に印字できません。"),
        N_("カードの記録は正しく書けています。お知らせはレシートでお渡しください。"),
    ),
    "device.ic_card.no_service": ErrorText(
        N_("IC カードの読み取りサービスが動いていません。"),
        N_("端末を再起動してください。続くときは pcscd が入っているか、本部に確かめてください。"),
    ),
    "device.ic_card.no_reader": ErrorText(
        N_("IC カードリーダーが見つかりません。"),
        N_("カードリーダーのケーブルを差し直してください。つながると自動で始まります。"),
    ),
    "device.ic_card.no_answer": ErrorText(
        N_("IC カードリーダーが返事をしません。"),
        N_("カードをリーダーから離してください。続くときはリーダーのケーブルを差し直してください。"),
    ),
    "device.ic_card.interrupted": ErrorText(
        N_("IC カードとのやり取りが途中で切れました。"),
        N_("カードをリーダーの中央に置き、終わるまで動かさないでください。"),
    ),
    "device.ic_card.refused": ErrorText(
        N_("IC カードを読み取れません。"),
        N_("カードをリーダーから離し、一枚だけを中央に置いてください。"),
    ),
    "device.ic_card.felica_status": ErrorText(
        N_("IC カードが命令を受け付けませんでした（{status}）。"),
        N_("カードをもう一度置いてください。続くときは新しいカードに取り替えてください。"),
    ),
    "device.ic_card.not_genuine": ErrorText(
        N_("この IC カードは本物と確かめられません。"),
        N_("このカードは使えません。お客様のお名前を伺い、店長または本部に連絡してください。"),
    ),
    "device.ic_card.other_card": ErrorText(
        N_("置かれた IC カードが、初めのカードと違います。"),
        N_("初めに置いたカードを、もう一度置いてください。"),
    ),
    "device.ic_card.changed": ErrorText(
        N_("IC カードの内容が、読み取ったときから変わりました。"),
        N_("カードをもう一度置いて、初めからやり直してください。"),
    ),
    "device.ic_card.no_room": ErrorText(
        N_("この IC カードにはポイントを記録できません。"),
        N_("お店の新しいカードに取り替えてください。"),
    ),
    "device.ic_card.write_unknown": ErrorText(
        N_("IC カードに書けたかどうか分かりません。"),
        N_("同じカードを、もう一度リーダーに置いてください。"),
    ),
    "device.silent": ErrorText(
        N_("機器 {port} につながりましたが、返事がありません。"),
        N_("機器の電源と、設定の機種名が合っているかを確かめてください。"),
    ),
    "device.port_held": ErrorText(
        N_("機器の接続口 {port} を、ほかのプログラムが使っています。"),
        N_("端末のプログラムを止めてから、もう一度調べてください。"),
    ),
    "device.link_missing": ErrorText(
        N_("機器の接続口 {port} が見つかりません。"),
        N_("機器のケーブルと電源を確かめてください。つながると自動で始まります。"),
    ),
    "device.link_lost": ErrorText(
        N_("機器との接続 {port} が切れました。"),
        N_("機器のケーブルと電源を確かめてください。自動でつなぎ直します。"),
    ),
}
