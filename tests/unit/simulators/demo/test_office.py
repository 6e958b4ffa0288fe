"""What the clerk without a browser reads off head office's pages."""

from simulators.demo.office import _number, _read

PAGE = """
<h1><svg></svg>カード <span>0000-005-004</span></h1>
<form><input type="hidden" name="csrf_token" value="t0ken">
<select id="store" name="store"><option value="001" selected>駅前店</option>
<option value="002">緑町店</option></select></form>
<p class="figure">1,108点</p><p>第1世代 3回目</p>
<table><thead><tr><th>日時</th><th>店舗</th><th>お買上</th></tr></thead>
<tbody><tr><th>7:12</th><td>駅前店 <b>1番</b></td><td>2,390円</td></tr>
<tr><th>7:10</th><td>緑町店</td><td>1,500円</td></tr></tbody></table>
<table><tr><th>文面</th></tr><tr><td>another table</td></tr></table>
"""


def test_heading_figure_token_and_first_table_are_read() -> None:
    page = _read(PAGE)
    assert page.heading == "カード0000-005-004"
    assert _number(page.figure) == 1108
    assert page.csrf == "t0ken"
    assert page.chosen == {"store": "001"}
    assert [_number(row[2]) for row in page.rows] == [2390, 1500]


def test_a_page_without_any_of_it_is_empty() -> None:
    page = _read("<p>nothing here</p>")
    assert (page.heading, page.figure, page.csrf, page.rows) == ("", "", "", [])
    assert _number("—") == 0
