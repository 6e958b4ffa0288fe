"""Parcels between link and core."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from terminal.protocol.datagrams import Datagram, Introduction, Parcel, ParcelDecoder, encode
from terminal.protocol.sip import Address

PARCELS = st.one_of(
    st.builds(Introduction, st.binary(max_size=50)),
    st.builds(
        Datagram,
        st.builds(Address, st.sampled_from(["127.0.0.1", "192.168.100.200"]), st.integers(0, 65_535)),
        st.binary(max_size=300),
    ),
)


@given(st.lists(PARCELS, max_size=5), st.integers(1, 50))
def test_parcels_come_out_as_they_went_in_whatever_the_pieces(parcels: list[Parcel], piece: int) -> None:
    wire = b"".join(map(encode, parcels))
    decoder, came = ParcelDecoder(), []
    for start in range(0, len(wire), piece):
        came += decoder.feed(wire[start : start + piece])
    assert came == parcels


@given(st.binary(max_size=200))
def test_any_bytes_do_no_harm(data: bytes) -> None:
    decoder = ParcelDecoder()
    decoder.feed(data)
    decoder.reset()
    assert decoder.feed(encode(Introduction())) == [Introduction()]


def test_an_unknown_kind_is_skipped_with_its_length() -> None:
    assert ParcelDecoder().feed(b"\x7a\x00\x02xx" + encode(Introduction(b"i"))) == [Introduction(b"i")]
    assert ParcelDecoder().feed(b"\x44\x00\x01x" + b"\x44\x00\x05\x00\x01\x09ab") == []
