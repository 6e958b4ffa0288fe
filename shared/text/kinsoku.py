"""Line breaking by the Japanese rules (kinsoku; JIS X 4051): what may not begin or end a line, what is not torn.

A character that may not begin a line first tries to come in by shrinking to half width (oikomi); otherwise it takes
its predecessor with it to the next line (oidashi). Nothing hangs over the edge: a card has no margin for it.
"""

from __future__ import annotations

import re

from shared.text.plain import plain
from shared.text.width import columns as columns_of
from shared.text.width import fit

LINE_COLUMNS_MIN = 2  # one full-width character

NO_START = frozenset(
    "、。，．・：；？！゛゜ヽヾゝゞ々ー〜’”）〕］｝〉》」』】‥…℃％"
    "ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ"
    "｡､｣･ｧｨｩｪｫｬｭｮｯｰﾞﾟ"
    "!?),.:;]}%"
)
NO_END = frozenset("‘“（〔［｛〈《「『【｢([{￥¥＃#＄$№")

_COUNTERS = "円点人枚件倍個回本年月日時分％"
# A blank with the 様 it leads to; a number with its counter; a word; any other character.
_ATOM = re.compile(rf"[ \u3000]様|[!-~¥]*[0-9][{_COUNTERS}]|[!-~¥]+|.", re.DOTALL)
_SHRINKS = str.maketrans("、。，．・：；？！」）］｝", "､｡,.･:;?!｣)]}")


def wrap(text: str, columns: int) -> list[str]:
    """Lines of at most ``columns`` half-width columns (at least 2). Line feeds break, blanks at a break vanish."""
    cleaned = plain(text)
    if not cleaned:
        return []
    room = max(columns, LINE_COLUMNS_MIN)
    return [line for paragraph in cleaned.split("\n") for line in _wrap_paragraph(paragraph, room)]


def _wrap_paragraph(paragraph: str, room: int) -> list[str]:
    lines: list[str] = []
    line = ""
    for cluster in _clusters(paragraph):
        line = _place(lines, line, cluster, room)
    lines.append(line.rstrip())
    return lines


def _clusters(paragraph: str) -> list[str]:
    """The pieces between which a line may end."""
    clusters: list[str] = []
    for atom in _ATOM.findall(paragraph):
        clings = atom[0] in NO_START or atom[-1] == "様"
        if clusters and (clings or clusters[-1][-1] in NO_END):
            clusters[-1] += atom
        else:
            clusters.append(atom)
    return clusters


def _place(lines: list[str], line: str, cluster: str, room: int) -> str:
    """Put the cluster on the line or, after closing it, on the next; returns the line now open."""
    if columns_of((line + cluster).rstrip()) <= room:
        return line + cluster
    shrunk = _shrink(cluster)
    if columns_of(line + shrunk) <= room:
        return line + shrunk
    if line.strip():
        lines.append(line.rstrip())
    rest = cluster.lstrip()
    while columns_of(rest) > room:
        cut = _forced_cut(rest, room)
        lines.append(rest[:cut])
        rest = rest[cut:]
    return rest


def _shrink(cluster: str) -> str:
    """The cluster with the punctuation at its end at half width."""
    body = cluster.rstrip("".join(map(chr, _SHRINKS)))
    return body + cluster[len(body) :].translate(_SHRINKS)


def _forced_cut(cluster: str, room: int) -> int:
    """Where to tear what is wider than a line: at the last place the rules allow, else where the line is full."""
    full = max(len(fit(cluster, room)), 1)
    for cut in range(full, 0, -1):
        if cluster[cut] not in NO_START and cluster[cut - 1] not in NO_END:
            return cut
    return full
