"""What every page of the report writes the same way: a cell, the title of the month, the lines to sign on.

Instants are the office's wall clock, written so that they sort (`2026-10-03 19:05`); money names its currency.
"""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton

from dashboards.language.language import Language
from dashboards.report.document import Amount, Cell, Document, Name
from policies.words import Words, say

TOTAL = say("Total")
NOTHING = say("nothing this month")
RESPONSIBLE = say("Responsible for the figures")
PREPARED_BY = say("Prepared by")
REPORTED_ON = say("Date of the report")
_NARROW = "\N{NO-BREAK SPACE}"


def written(cell: Cell, language: Language, currency: str) -> str:
    """One cell as people read it; empty for None, a word for an amount that is not known."""
    if cell is None:
        return ""
    if isinstance(cell, Words):
        return language.words(cell)
    if isinstance(cell, Amount):
        return amount(cell, language, currency)
    if isinstance(cell, Name):
        return language.name(cell.names, cell.id)
    if isinstance(cell, datetime):
        return f"{cell.astimezone(ZoneInfo(language.timezone)):%Y-%m-%d %H:%M}"
    if isinstance(cell, date):
        return cell.isoformat()
    return cell


def amount(quantity: Amount, language: Language, currency: str) -> str:
    """With its unit, so that no figure stands alone."""
    if quantity.unit == "amount" and quantity.value is not None:
        return f"{language.number(quantity.value, '#,##0.00')}{_NARROW}{currency}".rstrip(_NARROW)
    return language.value(f"x_{quantity.unit}", quantity.value)


def month_title(document: Document, language: Language) -> str:
    """`October 2026`, `2026年10月`."""
    first = datetime.combine(date(document.year, document.month, 1), time())
    return format_skeleton("yMMMM", first, locale=language.locale)


def title(document: Document, language: Language) -> str:
    """What the document calls itself."""
    return language.words(say("Energy report for {month}", month=month_title(document, language)))


def revision(document: Document) -> Words:
    """Which edition of the month this is; a report already sent is never changed in silence."""
    if document.revision:
        return say("Revision {revision}", revision=f"r{document.revision}")
    return say("As first made")


def made(document: Document) -> Words:
    """When it was made, on the office's clock."""
    at = document.made_at.astimezone(ZoneInfo(document.timezone))
    return say("made on {moment}", moment=f"{at:%Y-%m-%d %H:%M}")
