"""Reports: an assessment or a checklist as a document, for a chart, a tumour board, a payer or a bedside.

`assessment_report` and `checklist_report` make the one view model, a `Report`; `to_html`, `to_markdown`
and `to_pdf` write it. HTML and PDF need the extra ``report``.
"""

from blinadss.report.assessment_view import assessment_report
from blinadss.report.blocks import Report
from blinadss.report.checklist_view import checklist_report
from blinadss.report.html import to_html
from blinadss.report.markdown import to_markdown
from blinadss.report.pdf import to_pdf

__all__ = ["Report", "assessment_report", "checklist_report", "to_html", "to_markdown", "to_pdf"]
