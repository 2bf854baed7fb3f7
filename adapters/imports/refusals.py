"""Why a whole file is refused. Nothing of a refused file is accepted.

Trouble that concerns one row is never raised: it is a ``Broken`` row, see ``verdict.py``.
"""

from domain.errors import Refusal


class UnreadableFile(Refusal):
    """The file does not exist or may not be read."""

    code = "UNREADABLE_FILE"


class EmptyFile(Refusal):
    """The file holds no header line."""

    code = "EMPTY_FILE"


class BadEncoding(Refusal):
    """The header line is not UTF-8 text."""

    code = "BAD_ENCODING"


class MissingColumn(Refusal):
    """A column without which no row can be read is not in the header."""

    code = "MISSING_COLUMN"


class DuplicateColumn(Refusal):
    """A column that is read stands in the header twice."""

    code = "DUPLICATE_COLUMN"


class UnclosedQuote(Refusal):
    """A quotation mark swallows the lines after it, so where rows begin is unknown."""

    code = "UNCLOSED_QUOTE"


class UnknownFormat(Refusal):
    """The header is that of no export known here."""

    code = "UNKNOWN_FORMAT"


class AmbiguousNumbers(Refusal):
    """The file does not show whether its numbers have a decimal comma or a decimal point."""

    code = "AMBIGUOUS_NUMBERS"


class AmbiguousDates(Refusal):
    """The file does not show whether its dates begin with the day or the month."""

    code = "AMBIGUOUS_DATES"


class WrongDayOrder(Refusal):
    """The dates of the file are plainly in another order than the format's usual one."""

    code = "WRONG_DAY_ORDER"


class BrokenXml(Refusal):
    """The XML cannot be parsed, or declares a document type."""

    code = "BROKEN_XML"


class BrokenJson(Refusal):
    """The JSON cannot be parsed, or is no list of objects."""

    code = "BROKEN_JSON"


class MissingFile(Refusal):
    """An export of several files lacks one of them."""

    code = "MISSING_FILE"


class PersonNotNamed(Refusal):
    """The format does not say who worked, and the caller did not either."""

    code = "PERSON_NOT_NAMED"
