"""A person that somebody is worried about."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from triage.models.base import Base, Case, Keyed, Versioned, code_of
from triage.models.codes import ETHNICITIES, PERSON_KINDS, SEXES
from workflows.census.codes import UPN_UNKNOWN

IDENTITY = "coalesce(same_as_id, id)"
LAST_NAME = "CASE WHEN family_name = '' THEN '' ELSE split_part(search_name, ' ', -1) END"


class Person(Keyed, Versioned, Case, Base):
    """A child, an unborn child (with an expected date), an adult at risk, or another adult.

    `search_name` is the folded full name that candidates are looked up by, and `name_keys` its parts by their sound
    (workflows/people/names.py); `last_name` is its last word, where a family name is known; `disabilities` are census
    codes, `upn_unknown` the census's reason why there is no pupil number. Where people said that several records are
    one person's, `same_as_id` of each names the first recorded, and `identity_id` is that one's key in all of them.
    """

    __tablename__ = "people"
    __table_args__ = (
        CheckConstraint("expected_date IS NULL OR birth_date IS NULL", "born_or_expected"),
        CheckConstraint("same_as_id < id", "same_as_another"),
        CheckConstraint("nhs_number ~ '^[0-9]{10}$'", "nhs_number_form"),
        CheckConstraint("upn ~ '^[A-Z][0-9]{11}[0-9A-Z]$'", "upn_form"),
        Index(
            "ix_people_search_name",
            "search_name",
            postgresql_using="gin",
            postgresql_ops={"search_name": "gin_trgm_ops"},
        ),
        Index("ix_people_name_keys", "name_keys", postgresql_using="gin"),
        Index("ix_people_birth_date", "birth_date", "search_name", "last_name", "id"),
        Index("ix_people_whole_name", "search_name"),
        Index("ix_people_last_name", "last_name"),
        Index("ix_people_identity_id", "identity_id"),
        Index("ix_people_same_as_id", "same_as_id", postgresql_where=text("same_as_id IS NOT NULL")),
        Index("ix_people_postcode", "postcode"),
        Index("ix_people_nhs_number", "nhs_number", postgresql_where=text("nhs_number IS NOT NULL")),
        Index("ix_people_upn", "upn", postgresql_where=text("upn IS NOT NULL")),
        Index("uq_people_external_id", "external_id", unique=True, postgresql_where=text("external_id IS NOT NULL")),
    )
    kind: Mapped[str] = mapped_column(code_of("kind", PERSON_KINDS))
    given_name: Mapped[str] = mapped_column(default="")
    family_name: Mapped[str] = mapped_column(default="")
    search_name: Mapped[str] = mapped_column(default="")
    name_keys: Mapped[list[str]] = mapped_column(default_factory=list)
    last_name: Mapped[str] = mapped_column(Computed(LAST_NAME, persisted=True), init=False, deferred=True)
    birth_date: Mapped[date | None] = mapped_column(default=None)
    expected_date: Mapped[date | None] = mapped_column(default=None)
    death_date: Mapped[date | None] = mapped_column(default=None)
    sex: Mapped[str] = mapped_column(code_of("sex", SEXES), default="U")
    ethnicity: Mapped[str] = mapped_column(code_of("ethnicity", tuple(ETHNICITIES)), default="NOBT")
    disabilities: Mapped[list[str]] = mapped_column(default_factory=list)
    nhs_number: Mapped[str | None] = mapped_column(default=None)
    upn: Mapped[str | None] = mapped_column(default=None)
    former_upn: Mapped[str | None] = mapped_column(default=None)
    upn_unknown: Mapped[str | None] = mapped_column(code_of("upn_unknown", tuple(UPN_UNKNOWN)), default=None)
    external_id: Mapped[str | None] = mapped_column(default=None)
    address: Mapped[str] = mapped_column(default="")
    postcode: Mapped[str | None] = mapped_column(default=None)
    authority: Mapped[str] = mapped_column(default="unknown")
    district_code: Mapped[str | None] = mapped_column(ForeignKey("districts.code"), default=None)
    same_as_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"), default=None)
    identity_id: Mapped[UUID] = mapped_column(Computed(IDENTITY, persisted=True), init=False)
