"""Dots and the picture file made of them."""

import io

from PIL import Image

from simulators.card_rewriter.canvas import Canvas, Sheet, blank, face_png


def test_the_png_shows_the_same_dots_black_on_white() -> None:
    sheet = Sheet(landscape=True)
    assert sheet.stamp(3, 5, 4, [0b1011, 0b0001], overwrite=True)
    canvas = sheet.canvas()
    image = Image.open(io.BytesIO(face_png(canvas)))
    assert (image.size, image.mode) == ((480, 320), "1")
    black = [(x, y) for y in range(320) for x in range(480) if image.getpixel((x, y)) == 0]
    assert black == [(3, 5), (5, 5), (6, 5), (6, 6)]
    assert all(canvas.dot(x, y) for x, y in black)


def test_an_erased_face_is_blank_and_its_file_is_small() -> None:
    for landscape, size in ((True, (480, 320)), (False, (320, 480))):
        canvas = blank(landscape)
        assert (canvas.width, canvas.height) == size
        assert canvas.is_blank
        assert len(face_png(canvas)) < 300


def test_a_cell_that_sticks_out_is_not_stamped() -> None:
    sheet = Sheet(landscape=False)
    for x, top in ((-1, 0), (309, 0), (0, -1), (0, 479)):
        assert not sheet.stamp(x, top, 12, [1, 1], overwrite=True)
    assert sheet.canvas().is_blank
    assert not sheet.is_used


def test_four_quarter_turns_are_none() -> None:
    canvas = Canvas(3, 2, (0b100, 0b011))
    turned = canvas.turned()
    assert (turned.width, turned.height, turned.rows) == (2, 3, (0b01, 0b10, 0b10))
    assert turned.turned().turned().turned() == canvas


def test_a_cut_off_print_keeps_the_upper_rows() -> None:
    assert Canvas(2, 3, (1, 2, 3)).upper(2) == Canvas(2, 3, (1, 2, 0))
