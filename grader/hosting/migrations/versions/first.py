"""Accounts, sessions, submissions, the log and its head."""

import sqlalchemy as sa
from alembic import op

revision = "first"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "account",
        sa.Column("name", sa.String(80), primary_key=True),
        sa.Column("token_sha256", sa.String(64), nullable=False, unique=True),
        sa.Column("made_at", sa.Float, nullable=False),
    )
    op.create_table(
        "session",
        sa.Column("sha256", sa.String(64), primary_key=True),
        sa.Column("account", sa.String(80), sa.ForeignKey("account.name"), nullable=False),
        sa.Column("csrf", sa.String(64), nullable=False),
        sa.Column("ends_at", sa.Float, nullable=False),
    )
    op.create_table(
        "submission",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("account", sa.String(80), sa.ForeignKey("account.name"), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("made_at", sa.Float, nullable=False),
        sa.Column("usd", sa.Float),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("passed", sa.Integer),
        sa.Column("samples", sa.Integer),
        sa.Column("score", sa.Float),
        sa.Column("published_at", sa.Float),
        sa.Column("withdrawn_at", sa.Float),
    )
    op.create_index("submission_of_account", "submission", ["account", "day"])
    op.create_index("submission_in_state", "submission", ["state", "made_at"])
    op.create_table(
        "event",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("who", sa.String(80), nullable=False),
        sa.Column("what", sa.String(20), nullable=False),
        sa.Column("about", sa.String(80), nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("link", sa.String(64), nullable=False),
    )
    op.create_table(
        "head",
        sa.Column("one", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("link", sa.String(64), nullable=False),
    )
    op.execute("INSERT INTO head (one, number, link) VALUES (1, 0, '')")


def downgrade() -> None:
    """Take them away again."""
    for name in ("head", "event", "submission", "session", "account"):
        op.drop_table(name)
