"""Attrition: where the patients of a screened table are lost, who nearly qualifies, and what to find out.

`attrition` counts, `settling` says which missing facts would settle most, `cross` compares two columns of verdicts;
`attrition_text`, `attrition_markdown` and `funnel_picture` show it.
"""

from blinadss.attrition.counting import attrition
from blinadss.attrition.crossing import changing, cross
from blinadss.attrition.figures import Attrition, Cross, PolicyAttrition, Settling
from blinadss.attrition.funnel import funnel_picture
from blinadss.attrition.page import attrition_markdown, attrition_text
from blinadss.attrition.settled import settling

__all__ = [
    "Attrition",
    "Cross",
    "PolicyAttrition",
    "Settling",
    "attrition",
    "attrition_markdown",
    "attrition_text",
    "changing",
    "cross",
    "funnel_picture",
    "settling",
]
