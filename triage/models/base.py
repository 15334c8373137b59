"""What every row has in common: its key, its version, the naming of constraints, aware UTC times."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, Enum, LargeBinary, MetaData, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, declared_attr, mapped_column
from uuid_utils.compat import uuid7

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


THIS_TRANSACTION = "(pg_current_xact_id()::text)::bigint"


class Base(MappedAsDataclass, DeclarativeBase, kw_only=True, eq=False, repr=False):
    """The declarative base. Rows are made with keyword arguments; their keys stand before they are flushed."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text(),
        datetime: DateTime(timezone=True),
        dict[str, Any]: JSONB(),
        list[dict[str, Any]]: JSONB(),
        list[str]: ARRAY(Text()),
        list[UUID]: ARRAY(Uuid()),
        list[bytes]: ARRAY(LargeBinary()),
    }


class Keyed(MappedAsDataclass, kw_only=True, eq=False, repr=False):
    """A UUIDv7 key: unique anywhere, and sorted by when it was made."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=uuid7)


class InTransaction(MappedAsDataclass, kw_only=True, eq=False, repr=False):
    """Which of PostgreSQL's transactions wrote the row: those that are over are sealed, in whatever order they ended.

    It is PostgreSQL's own 64-bit number, kept as a bigint because no driver of ours knows the type xid8.
    """

    xid: Mapped[int] = mapped_column(BigInteger, server_default=text(THIS_TRANSACTION), init=False)
    __mapper_args__: ClassVar[dict[str, Any]] = {"eager_defaults": False}


class Versioned(MappedAsDataclass, kw_only=True, eq=False, repr=False):
    """A version that rises at each change, so that nobody overwrites what they have not seen."""

    version: Mapped[int] = mapped_column(init=False)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.version}


class Case(MappedAsDataclass, kw_only=True, eq=False, repr=False):
    """The head of a row's event log: the last number given and the hash of that event."""

    event_number: Mapped[int] = mapped_column(default=0)
    event_hash: Mapped[bytes] = mapped_column(default=b"")


def code_of(name: str, codes: tuple[str, ...]) -> Enum:
    """A text column that holds one of `codes`, refused by a CHECK named ck_<table>_<name>."""
    return Enum(*codes, name=name, native_enum=False, create_constraint=True, length=40)
