"""The base of every model: constraint names that migrations can rely on, and column types that both databases know."""

from __future__ import annotations

from typing import Annotated

from sqlalchemy import BigInteger, Integer, LargeBinary, MetaData, String
from sqlalchemy.orm import DeclarativeBase, mapped_column

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

BigInt = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts up only an INTEGER key
Millis = Annotated[int, mapped_column(BigInt)]  # UTC
Number = Annotated[int, mapped_column(BigInt)]
VisitKey = Annotated[str, mapped_column(String(32))]
Sha256 = Annotated[bytes, mapped_column(LargeBinary(32))]
IsoDay = Annotated[str, mapped_column(String(10))]  # YYYY-MM-DD, compared as text; "" = none
Short = Annotated[str, mapped_column(String(40))]
Line = Annotated[str, mapped_column(String(200))]


class Base(DeclarativeBase):
    """All tables of head office."""

    metadata = MetaData(naming_convention=NAMING)
