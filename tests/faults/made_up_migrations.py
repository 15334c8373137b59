"""Made-up migrations of the next version, on top of those that there are: what a version may add to what is busiest."""

from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory

from triage.schema import alembic_config

BUSIEST = ("enquiries", "events", "clocks", "outbox")
HEAD = '''"""Made up."""

import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "{revision}", "{before}", None, None

'''
COLUMNS = """
def upgrade():
    for table in {tables}:
        op.add_column(table, sa.Column("made_up", sa.Text()))
    op.add_column("clocks", sa.Column("made_up_number", sa.Integer(), nullable=False, server_default="0"))
    op.create_index("ix_enquiries_made_up", "enquiries", ["made_up"])
    op.create_check_constraint("made_up_said", "enquiries", "made_up <> ''")
"""
# Of its own, because what waits for everybody who is at work can be part of no transaction; and first away with what an
# attempt of before has left of it.
INDEX = """
def upgrade():
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_events_made_up")
        op.execute("CREATE INDEX CONCURRENTLY ix_events_made_up ON events (made_up)")
"""
TRIGGER = '''
def upgrade():
    op.execute("""CREATE FUNCTION say_made_up() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN NEW.made_up := 'made up'; RETURN NEW; END $$""")
    op.execute("CREATE TRIGGER made_up BEFORE INSERT ON enquiries FOR EACH ROW EXECUTE FUNCTION say_made_up()")
    op.execute("UPDATE enquiries SET made_up = 'made up' WHERE made_up IS NULL")
'''
# As where a million rows are written anew: for longer than the web waits, nobody reads or writes an enquiry.
LONG = """
def upgrade():
    op.alter_column("enquiries", "made_up", type_=sa.String(9))
    op.execute("SELECT pg_sleep(12)")
"""
STEPS = {"9001": COLUMNS, "9002": INDEX, "9003": TRIGGER, "9004": LONG}
LEFT_OUT = "SELECT count(*) FROM enquiries WHERE made_up IS DISTINCT FROM 'made up'"
IS_VALID = "SELECT indisvalid FROM pg_index WHERE indexrelid = 'ix_events_made_up'::regclass"


def with_made_up(owner_url: str, folder: Path) -> Config:
    """Alembic's configuration with these too, each after the one before; they are written into the folder."""
    config = alembic_config(owner_url)
    scripts = ScriptDirectory.from_config(config)
    before = scripts.get_current_head()
    for revision, does in STEPS.items():
        text = HEAD.format(revision=revision, before=before) + does.format(tables=BUSIEST)
        (folder / f"{revision}_made_up.py").write_text(text)
        before = revision
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", f"{scripts.versions}\n{folder}")
    return config
