"""The bench as a web application: one page per counter, a live stream of its state, pictures, and orders as JSON."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from flask import Flask, Response, abort, jsonify, render_template, request

from shared.locale import LANGUAGES, N_, Translate
from simulators.bench import words
from simulators.bench.guard import HEADERS, objection
from simulators.bench.orders import ORDERS, CannotDo
from simulators.bench.pictures import card_png, paper, receipt_png
from simulators.bench.table import Table
from simulators.bench.view import state_of
from simulators.rig.counter import Counter

STREAMS_MAX = 8  # open pages; each holds a thread
LOOK_S = 0.1  # how often a stream looks for a change
PING_S = 15.0  # finds out that a quiet browser has gone
RETRY_MS = 1000
BODY_MAX = 4096  # bytes of an order


def create_app(table: Table, head_office: str = "", sign_in: str = "") -> Flask:
    """``head_office``: address of the console, ``sign_in``: its one-time link, both for links; empty for none."""
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = BODY_MAX
    # Flask's own provider has the setting; the base class that the attribute is typed as has not.
    app.json.ensure_ascii = False  # type: ignore[attr-defined]

    @app.before_request
    def turn_away() -> None:
        why = objection(request.method, dict(request.headers))
        if why is not None:
            abort(Response(f"{why}\n", status=403, mimetype="text/plain"))

    @app.after_request
    def harden(response: Response) -> Response:
        response.headers.extend(HEADERS)
        if request.endpoint != "static":
            response.headers["Cache-Control"] = "no-store"
        return response

    _add_pages(app, table, head_office, sign_in)
    _add_api(app, table)
    return app


def _add_pages(app: Flask, table: Table, head_office: str, sign_in: str) -> None:
    @app.get("/")
    def guide() -> str:
        """The first page of all: what to try, in order, with links."""
        return render_template("guide.html", sign_in=sign_in, **_facts(table, head_office))

    @app.get("/counters/<int:number>")
    def counter_page(number: int) -> str:
        return _page(table, _counter(table, number), head_office)

    @app.get("/counters/<int:number>/face.png")
    def face(number: int) -> Response:
        unit = _counter(table, number).card_rewriter
        card = unit.card or unit.slot_card or abort(404)
        return Response(card_png(card), mimetype="image/png")

    @app.get("/counters/<int:number>/receipt.png")
    def receipt(number: int) -> Response:
        counter = _counter(table, number)
        lines = counter.look(lambda: paper(counter.receipt_printer))
        return Response(receipt_png(lines, table.fonts), mimetype="image/png")


def _add_api(app: Flask, table: Table) -> None:
    streams = threading.BoundedSemaphore(STREAMS_MAX)

    @app.get("/api/counters/<int:number>/state")
    def state(number: int) -> Response:
        return jsonify(state_of(table, _counter(table, number), _translator()))

    @app.get("/api/counters/<int:number>/events")
    def events(number: int) -> Response:
        counter, translate = _counter(table, number), _translator()
        if not streams.acquire(blocking=False):
            return Response("too many pages\n", status=503, headers={"Retry-After": "5"}, mimetype="text/plain")
        gone: Callable[[], bool] = request.environ.get("waitress.client_disconnected", lambda: False)
        stream = Response(_states(table, counter, translate, gone), mimetype="text/event-stream")
        stream.call_on_close(streams.release)
        return stream

    @app.post("/api/counters/<int:number>/<order>")
    def obey(number: int, order: str) -> tuple[Response, int]:
        counter = _counter(table, number)
        try:
            carry_out, body = ORDERS[order], _body(request.get_data())
        except KeyError:
            return _no("no_such_order", N_("その操作はありません。"), 404)
        except (ValueError, RecursionError):
            return _no("not_json", N_("送られた内容を読めません。"), 400)
        try:
            carry_out(table, counter, body)
        except CannotDo as no:
            return _no(no.code, no.text, 409)
        return jsonify({}), 200


def _body(data: bytes) -> dict[str, Any]:
    """The order's details; nothing at all is no detail. Raises ValueError, or RecursionError for endless brackets."""
    body = json.loads(data or b"{}")
    if not isinstance(body, dict):
        raise ValueError("an order is an object")
    return body


def _no(code: str, text: str, status: int) -> tuple[Response, int]:
    return jsonify({"code": code, "message": _translator()(text)}), status


def _page(table: Table, counter: Counter, head_office: str) -> str:
    translate = _translator()
    return render_template(
        "bench.html",
        **_facts(table, head_office),
        number=counter.number,
        store=counter.plan.store_name,
        kiosk=counter.plan.kiosk_url,
        has_office=table.head_office is not None,
        lamps=_named(words.LAMPS, translate),
        keys=_named(words.KEYS, translate),
        faults=_named(words.FAULTS, translate),
    )


def _facts(table: Table, head_office: str) -> dict[str, Any]:
    """What every page knows."""
    language = words.chosen(request.args.get("lang"))
    other = next(one for one in LANGUAGES if one != language)
    return {
        "_": words.translator(language),
        "lang": language,
        "other_lang": other,
        "other_lang_name": words.LANGUAGE_NAMES[other],
        "counters": [
            {"number": one.number, "store": one.plan.store_name, "kiosk": one.plan.kiosk_url} for one in table.counters
        ],
        "head_office": head_office,
    }


def _named(pairs: tuple[tuple[str, str], ...], translate: Translate) -> list[tuple[str, str]]:
    return [(name, translate(text)) for name, text in pairs]


def _counter(table: Table, number: int) -> Counter:
    return next((counter for counter in table.counters if counter.number == number), None) or abort(404)


def _translator() -> Translate:
    return words.translator(words.chosen(request.args.get("lang")))


def _states(table: Table, counter: Counter, translate: Translate, gone: Callable[[], bool]) -> Iterator[str]:
    """The state at once and after every change."""
    yield f"retry: {RETRY_MS}\n\n"
    sent, spoke_s = "", time.monotonic()
    while not gone() and not table.closed:
        now = _line(state_of(table, counter, translate))
        if now != sent:
            sent, spoke_s = now, time.monotonic()
            yield f"data: {now}\n\n"
        elif time.monotonic() - spoke_s > PING_S:
            spoke_s = time.monotonic()
            yield ": ping\n\n"
        time.sleep(LOOK_S)


def _line(state: Mapping[str, Any]) -> str:
    return json.dumps(state, ensure_ascii=False, separators=(",", ":"))
