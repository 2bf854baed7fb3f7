"""Why the migration runner stops: each refusal has its code, and says what a person can do."""

from domain.errors import Refusal


class MigrationLocked(Refusal):
    """Another runner was busy for longer than we wait."""

    code = "MIGRATION_LOCKED"


class MigrationBlocked(Refusal):
    """A migration could not lock a table in time and was rolled back; try again."""

    code = "MIGRATION_BLOCKED"


class MigrationFailed(Refusal):
    """A statement failed; a file inside a transaction left nothing behind."""

    code = "MIGRATION_FAILED"


class MigrationEndsTransaction(Refusal):
    """A file commits or rolls back by itself, so it can be neither recorded nor undone."""

    code = "MIGRATION_ENDS_TRANSACTION"


class MigrationHalfDone(Refusal):
    """A file outside a transaction was started and not finished; a person has to look."""

    code = "MIGRATION_HALF_DONE"


class MigrationDrifted(Refusal):
    """A file is not what was applied under its number."""

    code = "MIGRATION_DRIFTED"


class MigrationUnknown(Refusal):
    """The database has migrations that this version of the program does not know."""

    code = "MIGRATION_UNKNOWN"


class MigrationOutOfOrder(Refusal):
    """A file that was not applied stands before one that was."""

    code = "MIGRATION_OUT_OF_ORDER"


class DirectConnectionNeeded(Refusal):
    """The session lock did not last: a pooler stands between us and the server."""

    code = "DIRECT_CONNECTION_NEEDED"


class NothingToRepair(Refusal):
    """The migration is not half done."""

    code = "MIGRATION_NOT_HALF_DONE"
