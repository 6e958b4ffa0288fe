"""The table of routes: what is routed and what is described are the same lines."""

from __future__ import annotations

from server.api.book_shapes import (
    Balance,
    CardOut,
    Cards,
    Entries,
    EntryQuery,
    PointsIn,
    PointsOut,
    SaleLines,
    SaleQuery,
    StopIn,
    Stopped,
    VisitQuery,
    Visits,
)
from server.api.calls import Route
from server.api.desk_shapes import (
    Health,
    MessageIn,
    MessageOut,
    MessageQuery,
    Messages,
    SegmentCount,
    SegmentMembers,
    SegmentOut,
    SegmentQuery,
    Segments,
    Stores,
    Terminals,
    Withdrawn,
)
from server.api.routes import cards, ledger, members, messages, places, points, sales, segments
from server.api.shapes import Changed, Made, MemberChange, MemberNew, MemberOut, MemberQuery, Members, ReferenceOut
from shared.locale import N_

PREFIX = "/api/v1"

ROUTES: tuple[Route, ...] = (
    Route("GET", "/health", "health", "", N_("つながるか、このキーで何ができるか"), places.health, {200: Health}),
    Route(
        "GET", "/members", "members", "members:read", N_("会員の一覧"), members.listed, {200: Members}, MemberQuery,
        words=N_("会員番号の順に返します。条件をいくつか書くと、すべてに合う会員だけになります。"),
    ),
    Route(
        "POST", "/members", "member_create", "members:write", N_("会員を登録する"), members.create, {201: Made},
        body=MemberNew, refuses=(409,),
        words=N_("同じ申し込みを2回送っても2人にならないように、Idempotency-Key を付けてください。"),
        example={
            "store": "1", "family_name": "山田", "given_name": "花子", "family_kana": "ヤマダ", "given_kana": "ハナコ",
            "phone": "090-1234-5678", "email": "hanako@mail.example", "external_reference": "ec:10042",
            "may": {"mail": True},
        },
    ),
    Route(
        "GET", "/members/by-reference/{reference}", "member_by_reference", "members:read",
        N_("ほかのシステムの番号で会員を探す"), members.by_reference, {200: MemberOut}, refuses=(404,),
    ),
    Route(
        "GET", "/members/{number}", "member", "members:read", N_("会員1人"), members.one, {200: MemberOut},
        refuses=(404,), words=N_("統合された会員の番号では、今の会員を返します。返ってきた number を見てください。"),
    ),
    Route(
        "PATCH", "/members/{number}", "member_change", "members:write", N_("会員の内容を変える"), members.change,
        {200: Changed}, body=MemberChange, refuses=(404,), words=N_("書いた項目だけが変わります。"),
        example={"phone": "03-1234-5678", "may": {"post": False}},
    ),
    Route(
        "PUT", "/members/{number}/references/{reference}", "member_name", "members:write",
        N_("会員に、ほかのシステムの番号を付ける"), members.name, {200: ReferenceOut}, refuses=(404, 409),
    ),
    Route(
        "DELETE", "/members/{number}/references/{reference}", "member_unname", "members:write",
        N_("ほかのシステムの番号をはずす"), members.forget_name, {200: ReferenceOut}, refuses=(404,),
    ),
    Route(
        "GET", "/members/{number}/balance", "member_balance", "ledger:read", N_("会員のポイント残高と期限"),
        members.points, {200: Balance}, refuses=(404,),
    ),
    Route(
        "GET", "/members/{number}/cards", "member_cards", "cards:read", N_("会員のカード"), cards.of_member,
        {200: Cards}, refuses=(404,),
    ),
    Route("GET", "/cards/{number}", "card", "cards:read", N_("カード1枚"), cards.one, {200: CardOut}, refuses=(404,)),
    Route(
        "POST", "/cards/{number}/stops", "card_stop", "cards:write", N_("カードを止める"), cards.stop, {200: Stopped},
        body=StopIn, refuses=(404, 409), example={"why": "lost", "note": "お客さまから電話"},
        words=N_("すべての端末が、このカードを受け付けなくなります。"),
    ),
    Route(
        "POST", "/points", "points", "ledger:write", N_("ポイントを付ける・引く"), points.give,
        {201: PointsOut, 202: PointsOut}, body=PointsIn, refuses=(404, 409), once=True,
        words=N_(
            "帳簿にはすぐ入り、カードには次にどこかの店で使われたときに書き込まれます。1人で決められる点数を超えると"
            " 202 を返し、本部でほかの人が承認するまで待ちます。"
            "同じ番号（reference）でもう一度送ると、2回は付かず、同じ答えを返します。"
        ),
        example={"member": 13, "points": 120, "why": "オンラインショップのお買い上げ", "reference": "ec-order-58231"},
    ),
    Route(
        "GET", "/points/{number}", "points_state", "ledger:read", N_("付けた・引いたポイントのその後"), points.one,
        {200: PointsOut}, refuses=(404,),
    ),
    Route(
        "GET", "/entries", "entries", "ledger:read", N_("ポイントの帳簿"), ledger.entries, {200: Entries}, EntryQuery,
        refuses=(404,),
        words=N_("古い順に返し、next から続きを読めます。すべてを追うときは、ここを読むと漏れません。"),
    ),
    Route(
        "GET", "/visits", "visits", "ledger:read", N_("来店"), ledger.visits, {200: Visits}, VisitQuery,
        refuses=(404,), words=N_("新しい順に返します。"),
    ),
    Route(
        "GET", "/sales", "sales", "sales:read", N_("1日の売上の明細"), sales.lines, {200: SaleLines}, SaleQuery,
    ),
    Route(
        "GET", "/messages", "messages", "messages:read", N_("カードへのメッセージの一覧"), messages.listed,
        {200: Messages}, MessageQuery, refuses=(404,),
    ),
    Route(
        "POST", "/messages", "message_write", "messages:write", N_("カードへメッセージを送る"), messages.write,
        {201: Made}, body=MessageIn, refuses=(404, 409), words=N_("次の来店のときに、カードの面に印字されます。"),
        example={"member": 13, "text": "ご注文の品が届きました", "priority": 5, "valid_until": "2030-12-31"},
    ),
    Route(
        "GET", "/messages/{number}", "message", "messages:read", N_("メッセージ1通"), messages.one, {200: MessageOut},
        refuses=(404,),
    ),
    Route(
        "POST", "/messages/{number}/withdrawals", "message_withdraw", "messages:write", N_("メッセージを取り消す"),
        messages.withdraw, {200: Withdrawn}, refuses=(404, 409),
    ),
    Route("GET", "/segments", "segments", "segments:read", N_("対象者リストの一覧"), segments.listed, {200: Segments}),
    Route(
        "GET", "/segments/{number}", "segment", "segments:read", N_("対象者リスト1つ"), segments.one,
        {200: SegmentOut}, refuses=(404,),
    ),
    Route(
        "GET", "/segments/{number}/count", "segment_count", "segments:read", N_("対象者リストの人数"), segments.count,
        {200: SegmentCount}, refuses=(404,),
    ),
    Route(
        "GET", "/segments/{number}/members", "segment_members", "segments:read", N_("対象者リストの会員番号"),
        segments.members, {200: SegmentMembers}, SegmentQuery, refuses=(404,),
    ),
    Route("GET", "/stores", "stores", "stores:read", N_("店舗"), places.all_stores, {200: Stores}),
    Route("GET", "/terminals", "terminals", "stores:read", N_("端末"), places.terminals, {200: Terminals}),
)  # fmt: skip
