"""The figures of a folder: how its sizes are distributed, as one line for a table."""

from collections.abc import Sequence
from statistics import median, quantiles

from devtools.house_numbers.measure import Module

HEADER = """\
             files, lines of each    functions, lines of each   nesting
             count  median   max    count  median p90  max   p99 max"""


def describe(folder: str, modules: Sequence[Module]) -> str:
    """Return the row of a folder: its files and its functions, with median, ninth decile and maximum of their sizes."""
    files = [module.length for module in modules]
    functions = [function.length for module in modules for function in module.functions]
    depths = [function.depth for module in modules for function in module.functions]
    return (
        f"{folder:10} {len(files):7} {median(files):7.0f} {max(files):5}"
        f" {len(functions):8} {median(functions):7.0f} {quantile(functions, 90):3} {max(functions):4}"
        f" {quantile(depths, 99):5} {max(depths):3}"
    )


def quantile(values: Sequence[int], percent: int) -> int:
    """Return the value that `percent` of the values do not exceed."""
    return round(quantiles(values, n=100, method="inclusive")[percent - 1])
