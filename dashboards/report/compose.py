"""One month becomes one document. Pure: the same month and annex, the same document."""

from dashboards.report.annex import Annex
from dashboards.report.basis_part import basis, printing
from dashboards.report.document import Document
from dashboards.report.energy_part import energy
from dashboards.report.rules_part import compliance, deeds, evidence
from dashboards.report.saving_part import saving
from dashboards.report.statutory_part import statutory
from dashboards.report.summary import summary
from policies.accounting.month import Month


def compose(month: Month, annex: Annex) -> Document:
    """In the order in which a director, a manager and an auditor stop reading."""
    parts = (compliance, energy, saving, printing, deeds, basis, evidence)
    return Document(
        site=annex.site,
        timezone=annex.timezone,
        year=month.year,
        month=month.month,
        revision=annex.revision,
        made_at=annex.made_at.replace(microsecond=0),
        currency=annex.currency,
        signature=annex.signature,
        summary=summary(month, annex),
        sections=tuple(part(month, annex) for part in parts),
        statutory=statutory(month),
    )
