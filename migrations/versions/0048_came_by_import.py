"""Where an enquiry of the past came from: its reference there, and its people's, so that no row is taken twice.

Revision: 0048, after 0047

Who came back is said anew once for all subjects of a statement: by itself for each of hundreds takes most of the time.
"""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

COME = """
CREATE FUNCTION retell_of_those() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM retell_repeats(ARRAY(SELECT DISTINCT person_id FROM come));
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION retell_of_those FROM PUBLIC;
DROP TRIGGER retell_come_or_gone ON subjects;
CREATE TRIGGER retell_come AFTER INSERT ON subjects REFERENCING NEW TABLE AS come
    FOR EACH STATEMENT EXECUTE FUNCTION retell_of_those();
CREATE TRIGGER retell_gone AFTER DELETE ON subjects FOR EACH ROW EXECUTE FUNCTION retell_of_row();
"""
GONE = """
DROP TRIGGER retell_gone ON subjects;
DROP TRIGGER retell_come ON subjects;
CREATE TRIGGER retell_come_or_gone AFTER INSERT OR DELETE ON subjects FOR EACH ROW EXECUTE FUNCTION retell_of_row();
DROP FUNCTION retell_of_those;
"""
BOTH = "(imported_from IS NULL) = (imported_reference IS NULL)"


def upgrade() -> None:
    op.add_column("enquiries", sa.Column("imported_from", sa.Text(), nullable=True))
    op.add_column("enquiries", sa.Column("imported_reference", sa.Text(), nullable=True))
    op.add_column("subjects", sa.Column("imported_person", sa.Text(), nullable=True))
    op.create_check_constraint(op.f("ck_enquiries_imported_by_reference"), "enquiries", BOTH)
    _unique("uq_enquiries_imported", "enquiries", "imported_from", "imported_reference")
    _unique("uq_subjects_imported_person", "subjects", "imported_person", "enquiry_id")
    op.execute(COME)


def _unique(name: str, table: str, *columns: str) -> None:
    op.create_index(name, table, columns, unique=True, postgresql_where=sa.text(f"{columns[0]} IS NOT NULL"))


def downgrade() -> None:
    op.execute(GONE)
    op.drop_index("uq_subjects_imported_person", "subjects")
    op.drop_index("uq_enquiries_imported", "enquiries")
    op.drop_constraint(op.f("ck_enquiries_imported_by_reference"), "enquiries")
    op.drop_column("subjects", "imported_person")
    op.drop_column("enquiries", "imported_reference")
    op.drop_column("enquiries", "imported_from")
