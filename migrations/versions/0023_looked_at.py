"""A reviewer says of every passage what is to be done with it: that it may stand too, and what a child confided.

Revision: 0023, after 0022
"""

from alembic import op

from migrations.codes import add_codes, drop_codes

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

NEW = (("choice", ("stand",)), ("held_back_for", ("own_wishes",)))


def upgrade() -> None:
    for column, codes in NEW:
        add_codes("access_judgements", column, codes)


def downgrade() -> None:
    """What a child confided stays held back; that a passage may stand is what silence meant before."""
    op.execute("UPDATE access_judgements SET held_back_for = 'third_party' WHERE held_back_for = 'own_wishes'")
    op.execute("DELETE FROM access_judgements WHERE choice = 'stand'")
    for column, codes in NEW:
        drop_codes("access_judgements", column, codes)
