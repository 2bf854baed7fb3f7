"""The words of costs and assets: each list of them with its name and meaning in the schema."""

from typing import get_args

from domain.assets.asset import AssetKind
from domain.assets.depreciation import Convention
from domain.payables.cost_line import CostType, Treatment

COSTS: dict[tuple[str, ...], tuple[str, str]] = {
    get_args(CostType): ("CostType", "What kind of cost a line is."),
    get_args(Treatment): ("CostTreatment", "A cost of the month, or something that lasts."),
    get_args(AssetKind): ("AssetKind", "A thing, or a right such as software."),
    get_args(Convention): ("DepreciationStart", "How the first month in service counts."),
}
