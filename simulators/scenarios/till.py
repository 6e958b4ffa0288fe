"""The shop's own POS beside the counter, as a scenario plays it: sales over HTTP or as files, and their answers.

A reference names one sale for good, so a play makes its own of every label.
"""

from __future__ import annotations

import csv
import time
from typing import Any

import requests

from simulators.goods import GOODS
from simulators.scenarios.stage import Fails, Stage

REPLY_S = 5.0
_GOODS = {one.code: one for one in GOODS}


def reference(stage: Stage, label: str) -> str:
    """What the POS calls this sale; never used before."""
    return stage.references.setdefault(label, f"{label}-{time.time_ns() // 1_000_000}")


def hand_over(stage: Stage, label: str, *codes: str) -> None:
    """Goods by their codes, or one amount in yen."""
    sale: dict[str, Any] = {"reference": reference(stage, label)}
    if _is_amount(codes):
        sale["amount_yen"] = int(codes[0])
    else:
        sale["lines"] = [_line(code) for code in codes]
    reply = requests.post(f"{_door(stage)}", json=sale, timeout=REPLY_S)
    if not reply.ok:
        raise Fails(f"the POS was told {reply.status_code}: {reply.text[:120]}")


def drop(stage: Stage, label: str, *codes: str) -> None:
    """The same as a file, which appears whole."""
    name = reference(stage, label)
    folder = stage.counter.plan.pos_folder
    fresh = folder / f"{name}.new"
    with fresh.open("w", encoding="cp932", newline="") as file:
        rows = csv.writer(file)
        if _is_amount(codes):
            rows.writerows([("会計番号", "金額"), (name, codes[0])])
        else:
            rows.writerow(("会計番号", "商品コード", "商品名", "単価", "税率"))
            rows.writerows((name, *_cells(code)) for code in codes)
    fresh.rename(folder / f"{name}.csv")


def answered(stage: Stage, label: str, *words: str) -> None:
    """The state of the sale as the POS hears it, and perhaps what was paid: ``done 1280``."""
    seen: dict[str, Any] = {}

    def look() -> bool:
        seen.update(requests.get(f"{_door(stage)}/{reference(stage, label)}", timeout=REPLY_S).json())
        return seen.get("state") == words[0] and (len(words) < 2 or seen.get("due_yen") == int(words[1]))

    stage.until(look, lambda: f"the POS hears {seen}", stage.patience_s)


def put_away(stage: Stage, label: str) -> None:
    """The dropped file went to ``done`` with its answer."""
    name = reference(stage, label)
    done = stage.counter.plan.pos_folder / "done"
    stage.until(lambda: (done / f"{name}.txt").exists(), lambda: f"{name} is not done", stage.patience_s)


def _door(stage: Stage) -> str:
    return f"{stage.counter.plan.kiosk_url}/pos/sales"


def _is_amount(codes: tuple[str, ...]) -> bool:
    return len(codes) == 1 and codes[0] not in _GOODS


def _line(code: str) -> dict[str, Any]:
    code, name, unit_yen, tax = _cells(code)
    return {"code": code, "name": name, "unit_yen": int(unit_yen), "tax": int(tax)}


def _cells(code: str) -> tuple[str, str, str, str]:
    one = _GOODS.get(code)
    if one is None:
        raise Fails(f"the POS knows no {code}")
    return one.code, one.name, str(one.unit_yen), str(one.tax)
