"""The kiosk's Flask application: the page, its live stream, the keys, and its health."""

from __future__ import annotations

import queue
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path

import msgspec
from flask import Flask, Response, abort, jsonify, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from shared.errors import EnishiError, Fact
from shared.sync.messages import UNREADABLE
from shared.visit.events import Key
from terminal.app.kiosk.guard import HEADERS, LOOPBACK, objection
from terminal.app.kiosk.render import Frame, Renderer
from terminal.app.kiosk.stage import Stage

PING_S = 15.0  # keeps a quiet stream alive through proxies and finds dead browsers
LISTEN_S = 1.0  # how soon a closed tab gives its stream back
RETRY_MS = 1_000  # how soon the browser comes back
BODY_MAX = 1_024  # bytes of a key
NO_ICONS = '<svg xmlns="http://www.w3.org/2000/svg"></svg>'  # set-up has not built the sprite: words remain

_CODES = {404: "kiosk.not_found", 405: "kiosk.not_found", 413: "kiosk.too_large"}

Press = Callable[[Key], None]  # raises ``visit.inbox_full``
Health = Callable[[], Mapping[str, object]]


class Pressed(msgspec.Struct, frozen=True):
    """The body of ``POST /keys``."""

    key: Key


_parse_pressed = msgspec.json.Decoder(Pressed).decode


def create_app(
    stage: Stage,
    renderer: Renderer,
    press: Press,
    health: Health,
    icons: Path,
    hosts: Collection[str] = LOOPBACK,
) -> Flask:
    """``press`` and ``health`` are called from the server's threads."""
    app = Flask(__name__, static_url_path="/static")
    app.config["MAX_CONTENT_LENGTH"] = BODY_MAX
    answer = _answers(app, renderer)
    _guard(app, hosts, answer)

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

    @app.post("/keys")
    def keys() -> Response:
        if not request.is_json:  # a form could come from a foreign page
            return answer("kiosk.key", 400)
        try:
            key = _parse_pressed(request.get_data()).key
        except UNREADABLE:
            return answer("kiosk.key", 400)
        try:
            press(key)
        except EnishiError as error:
            return answer(error.code, 503, retry_after_s=1)
        return Response(status=204)

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
        code = _CODES.get(error.code or 0)
        return answer(code, error.code or 0) if code else error.get_response()

    return answer


def _guard(app: Flask, hosts: Collection[str], answer: Answer) -> None:
    """Foreign pages are turned away before any view; every answer carries the strict headers."""

    @app.before_request
    def turn_away() -> None:
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
    sent = Frame("", "", "")
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
    for part in ("status", "foot", "main"):
        html: str = getattr(frame, part)
        if html != getattr(sent, part):
            lines = "".join(f"data: {line}\n" for line in html.splitlines())
            yield f"event: {part}\n{lines}\n"
