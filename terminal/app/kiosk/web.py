"""The kiosk's Flask application: the page, its live stream, what is touched on it, its health, and the POS's door."""

from __future__ import annotations

import queue
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Annotated

import msgspec
from flask import Flask, Response, abort, jsonify, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from shared.errors import EnishiError, Fact
from shared.sync.messages import NUMBER_MAX, UNREADABLE
from shared.visit.events import Chosen, Key, KeyPressed, TextTyped
from terminal.app.kiosk.guard import HEADERS, LOOPBACK, objection
from terminal.app.kiosk.pos_web import POS_PATH, PosDoor, open_door
from terminal.app.kiosk.render import Frame, Renderer
from terminal.app.kiosk.stage import Stage
from terminal.app.kiosk.words import to_katakana

PING_S = 15.0  # keeps a quiet stream alive through proxies and finds dead browsers
LISTEN_S = 1.0  # how soon a closed tab gives its stream back
RETRY_MS = 1_000  # how soon the browser comes back
BODY_MAX = 1_024  # bytes of a key, a choice or a text
PLACES_MAX = 9  # entries of a list: as many as there are digits
TEXT_LEN_MAX = 40  # characters of a typed text; a name's kana
NO_ICONS = '<svg xmlns="http://www.w3.org/2000/svg"></svg>'  # set-up has not built the sprite: words remain

_PAGE_CODES = {404: "kiosk.not_found", 405: "kiosk.not_found", 413: "kiosk.too_large"}

Health = Callable[[], Mapping[str, object]]


class Pressed(msgspec.Struct, frozen=True):
    """The body of ``POST /keys``."""

    key: Key


class Picked(msgspec.Struct, frozen=True):
    """The body of ``POST /choices``: an entry's place, from 0."""

    place: Annotated[int, msgspec.Meta(ge=0, lt=PLACES_MAX)]


class Answered(msgspec.Struct, frozen=True):
    """The body of ``POST /calls``: the call that is on the screen, and whether staff only want it away."""

    call: Annotated[int, msgspec.Meta(ge=1, le=NUMBER_MAX)]
    closes: bool = False


class Typed(msgspec.Struct, frozen=True):
    """The body of ``POST /texts``: the whole text as it stands now."""

    text: Annotated[str, msgspec.Meta(max_length=TEXT_LEN_MAX)]


Touched = KeyPressed | Chosen | TextTyped | Answered
Press = Callable[[Touched], None]  # raises ``visit.inbox_full``

_parse_pressed = msgspec.json.Decoder(Pressed).decode
_parse_picked = msgspec.json.Decoder(Picked).decode
_parse_typed = msgspec.json.Decoder(Typed).decode
_parse_answered = msgspec.json.Decoder(Answered).decode


def create_app(
    stage: Stage,
    renderer: Renderer,
    press: Press,
    health: Health,
    icons: Path,
    hosts: Collection[str] = LOOPBACK,
    pos: PosDoor | None = None,
) -> Flask:
    """``press`` and ``health`` are called from the server's threads. ``pos`` None: no sale is taken from a POS."""
    app = Flask(__name__, static_url_path="/static")
    app.config["MAX_CONTENT_LENGTH"] = BODY_MAX
    answer = _answers(app, renderer)
    _guard(app, hosts, answer)
    _take_touches(app, press, answer)
    if pos is not None:
        open_door(app, pos, renderer, hosts)

    @app.get("/")
    def page() -> str:
        return renderer.page(stage.scene)

    @app.get("/events")
    def events() -> Response:
        bell = stage.enter()
        if bell is None:
            return answer("kiosk.streams", 503, retry_after_s=5)
        gone: Callable[[], bool] = request.environ.get("waitress.client_disconnected", lambda: False)
        stream = Response(_frames(stage, renderer, bell, gone), mimetype="text/event-stream")
        stream.call_on_close(lambda: stage.leave(bell))
        stream.headers["X-Accel-Buffering"] = "no"
        return stream

    @app.get("/health")
    def state_of_health() -> Response:
        return jsonify(health())

    @app.get("/static/icons.svg")
    def icon_sprite() -> Response:
        drawn = icons.read_text("utf-8") if icons.is_file() else NO_ICONS
        return Response(drawn, mimetype="image/svg+xml", headers={"Cache-Control": "max-age=3600"})

    return app


Answer = Callable[..., Response]  # code, status, retry_after_s and facts


def _answers(app: Flask, renderer: Renderer) -> Answer:
    """How this application says no: in words, with a code. Also for addresses and sizes that no view ever sees."""

    def answer(code: str, status: int, retry_after_s: int | None = None, **facts: Fact) -> Response:
        response = Response(renderer.words(code, **facts) + "\n", status=status, mimetype="text/plain")
        if retry_after_s is not None:
            response.headers["Retry-After"] = str(retry_after_s)
        return response

    @app.errorhandler(HTTPException)
    def refuse(error: HTTPException) -> AnyResponse:
        code = _PAGE_CODES.get(error.code or 0)
        return answer(code, error.code or 0) if code else error.get_response()

    return answer


def _take_touches(app: Flask, press: Press, answer: Answer) -> None:
    """Keys, choices, texts and calls: one small JSON body each, handed to the loop."""

    def take(read: Callable[[bytes], Touched], code: str) -> Response:
        if not request.is_json:  # a form could come from a foreign page
            return answer(code, 400)
        try:
            touched = read(request.get_data())
        except UNREADABLE:
            return answer(code, 400)
        try:
            press(touched)
        except EnishiError as error:
            return answer(error.code, 503, retry_after_s=1, **error.facts)
        return Response(status=204)

    @app.post("/keys")
    def keys() -> Response:
        return take(lambda body: KeyPressed(_parse_pressed(body).key), "kiosk.key")

    @app.post("/choices")
    def choices() -> Response:
        return take(lambda body: Chosen(_parse_picked(body).place), "kiosk.choice")

    @app.post("/texts")
    def texts() -> Response:
        return take(lambda body: TextTyped(to_katakana(_parse_typed(body).text)), "kiosk.text")

    @app.post("/calls")
    def calls() -> Response:
        return take(_parse_answered, "kiosk.call")


def _guard(app: Flask, hosts: Collection[str], answer: Answer) -> None:
    """Foreign pages are turned away before any view; every answer carries the strict headers."""

    @app.before_request
    def turn_away() -> None:
        if request.path.startswith(POS_PATH):
            return  # no page: it has its own guard
        why = objection(request.method, dict(request.headers), hosts)
        if why is not None:
            abort(answer("kiosk.refused", 403, detail=why))

    @app.after_request
    def harden(response: Response) -> Response:
        response.headers.extend(HEADERS)
        if request.endpoint not in ("static", "icon_sprite"):
            response.headers["Cache-Control"] = "no-store"  # the page shows names and balances
        return response


def _frames(stage: Stage, renderer: Renderer, bell: queue.Queue[None], gone: Callable[[], bool]) -> Iterator[str]:
    """The present frame at once, then each part that changed; a comment when nothing did for a while."""
    yield f"retry: {RETRY_MS}\n\n"
    sent = Frame("", "", "", "")
    quiet_s = 0.0
    while not stage.closed and not gone():
        frame = renderer.frame(stage.scene)
        yield from _differences(sent, frame)
        sent = frame
        try:
            bell.get(timeout=LISTEN_S)
            quiet_s = 0.0
        except queue.Empty:
            quiet_s += LISTEN_S
            if quiet_s >= PING_S:
                quiet_s = 0.0
                yield ": ping\n\n"


def _differences(sent: Frame, frame: Frame) -> Iterator[str]:
    for part in ("status", "foot", "main", "call"):
        html: str = getattr(frame, part)
        if html != getattr(sent, part):
            lines = "".join(f"data: {line}\n" for line in html.splitlines() or [""])  # without data it is no event
            yield f"event: {part}\n{lines}\n"
