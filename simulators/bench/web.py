"""The bench as a web application: one page per counter, a live stream of its state, pictures, and orders as JSON."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from flask import Flask, Response, abort, jsonify, render_template, request

from shared.locale import LANGUAGES, N_, Translate
from simulators.bench import mischief, words
from simulators.bench.faults import faults_of
from simulators.bench.guard import HEADERS, objection
from simulators.bench.orders import ORDERS, CannotDo, carry_out
from simulators.bench.pictures import card_png, paper, receipt_png
from simulators.bench.playbill import bad_bill, chosen, groups, named
from simulators.bench.table import Table
from simulators.bench.telling import bill_of
from simulators.bench.theatre import Theatre
from simulators.bench.view import state_of
from simulators.bench.view_card_units import unit_words
from simulators.card_stock import SimCard
from simulators.rig.counter import Counter
from simulators.rig.standing import NotHere
from simulators.scenarios.player import lacks

STREAMS_MAX = 8  # open pages; each holds a thread; the page of two counters has two
LOOK_S = 0.1  # how often a stream looks for a change
PING_S = 15.0  # finds out that a quiet browser has gone
RETRY_MS = 1000
BODY_MAX = 16_384  # bytes of an order: the longest steps, in kanji


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

    theatre = Theatre(table)
    _add_pages(app, table, head_office, sign_in)
    _add_api(app, table, theatre)
    _add_plays(app, table, theatre)
    return app


def _add_pages(app: Flask, table: Table, head_office: str, sign_in: str) -> None:
    @app.get("/")
    def guide() -> str:
        """The first page of all: what to try, in order, with links."""
        return render_template("guide.html", sign_in=sign_in, **_facts(table, head_office))

    @app.get("/counters/<int:number>")
    def counter_page(number: int) -> str:
        return _page(table, _counter(table, number), head_office)

    @app.get("/counters")
    def all_counters() -> str:
        """Every counter side by side, so that a card can be seen wandering."""
        return render_template("counters.html", **_facts(table, head_office))

    @app.get("/counters/<int:number>/face.png")
    def face(number: int) -> Response:
        card = _counter(table, number).card or SimCard(None)  # it was taken while the page asked
        return Response(card_png(card), mimetype="image/png")

    @app.get("/counters/<int:number>/receipt.png")
    def receipt(number: int) -> Response:
        counter = _counter(table, number)
        try:
            printer = counter.receipt_printer
        except NotHere:
            abort(404)
        lines = counter.look(lambda: paper(printer))
        return Response(receipt_png(lines, table.fonts), mimetype="image/png")


def _add_api(app: Flask, table: Table, theatre: Theatre) -> None:
    streams = threading.BoundedSemaphore(STREAMS_MAX)

    @app.get("/api/counters/<int:number>/state")
    def state(number: int) -> Response:
        return jsonify(state_of(table, _counter(table, number), theatre.showing, _translator()))

    @app.get("/api/counters/<int:number>/events")
    def events(number: int) -> Response:
        counter, translate = _counter(table, number), _translator()
        if not streams.acquire(blocking=False):
            return Response("too many pages\n", status=503, headers={"Retry-After": "5"}, mimetype="text/plain")
        gone: Callable[[], bool] = request.environ.get("waitress.client_disconnected", lambda: False)
        stream = Response(_states(table, theatre, counter, translate, gone), mimetype="text/event-stream")
        stream.call_on_close(streams.release)
        return stream

    @app.post("/api/counters/<int:number>/<order>")
    def obey(number: int, order: str) -> tuple[Response, int]:
        counter = _counter(table, number)
        try:
            if order not in ORDERS:
                return _no("no_such_order", N_("その操作はありません。"), 404)
            carry_out(order, table, counter, _body(request.get_data()))
        except (ValueError, RecursionError):
            return _no("not_json", N_("送られた内容を読めません。"), 400)
        except CannotDo as no:
            return _no(no.code, no.text, 409)
        return jsonify({}), 200


def _add_plays(app: Flask, table: Table, theatre: Theatre) -> None:
    @app.get("/api/counters/<int:number>/bill")
    def bill(number: int) -> tuple[Response, int]:
        """What ``?play=NAME``, ``?steps=…`` or ``?queue=SEED`` would play."""
        counter = _counter(table, number)
        scenario = chosen(request.args, len(table.counters))
        if scenario is None:
            return _no(*bad_bill(request.args), 404)
        return jsonify(bill_of(scenario, counter, _translator()) | {"lacks": lacks(scenario, table)}), 200

    @app.post("/api/counters/<int:number>/play")
    def begin(number: int) -> tuple[Response, int]:
        counter = _counter(table, number)
        try:
            wish = named(_body(request.get_data()))
        except (ValueError, RecursionError):
            return _no("not_json", N_("送られた内容を読めません。"), 400)
        scenario = chosen(wish, len(table.counters))
        if scenario is None:
            return _no(*bad_bill(wish), 409)
        if lacks(scenario, table):
            return _no("lacks", N_("この台には、台本に要るものがありません。"), 409)
        if not theatre.start(scenario, counter):
            return _no("busy", N_("ほかの台本を再生しています。"), 409)
        return jsonify({}), 200

    @app.post("/api/counters/<int:number>/stop")
    def stop(number: int) -> tuple[Response, int]:
        _counter(table, number)
        theatre.stop()
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
        **unit_words(counter, translate),
        store=counter.plan.store_name,
        kiosk=counter.plan.kiosk_url,
        has_office=table.head_office is not None,
        lamps=_named(words.LAMPS, translate),
        keys=_named(words.KEYS, translate),
        pad=_named(words.PAD, translate),
        roles=list(counter.ports),
        devices={role: translate(name) for role, name in words.DEVICES.items()},
        breakable=_breakable(counter, translate),
        deeds=[("insert", translate(words.PUT_IN[counter.card_unit])), *_named(mischief.NAMES, translate)],
        products=_named(words.PRODUCTS, translate),
        callers=_named(words.CALLERS, translate),
        reasons=_named(words.REASONS, translate),
        speeds=[(times, translate(name)) for times, name in words.SPEEDS],
        groups=groups(table, translate),
    )


def _breakable(counter: Counter, translate: Translate) -> list[tuple[str, dict[str, Any]]]:
    """Device by device; the power of the whole counter has its own buttons."""
    found: dict[str, list[tuple[str, str]]] = {}
    for name, fault in faults_of(counter).items():
        role = name.partition(".")[0]
        if role != "counter":
            found.setdefault(role, []).append((name, translate(fault.text)))
    return [(translate(words.DEVICES[role]), {"role": role, "list": faults}) for role, faults in found.items()]


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


def _states(
    table: Table, theatre: Theatre, counter: Counter, translate: Translate, gone: Callable[[], bool]
) -> Iterator[str]:
    """The state at once and after every change."""
    yield f"retry: {RETRY_MS}\n\n"
    sent, spoke_s = "", time.monotonic()
    while not gone() and not table.closed:
        now = _line(state_of(table, counter, theatre.showing, translate))
        if now != sent:
            sent, spoke_s = now, time.monotonic()
            yield f"data: {now}\n\n"
        elif time.monotonic() - spoke_s > PING_S:
            spoke_s = time.monotonic()
            yield ": ping\n\n"
        time.sleep(LOOK_S)


def _line(state: Mapping[str, Any]) -> str:
    return json.dumps(state, ensure_ascii=False, separators=(",", ":"))
