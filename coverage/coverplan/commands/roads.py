"""`coverplan roads fetch|import|info PLAN`: get the county's roads, keep them, look at them."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from coverplan.commands.codes import DONE
from coverplan.commands.plans import Steps, plan_arguments, plan_of
from coverplan.text import say

if TYPE_CHECKING:
    import geopandas as gpd

    from coverplan.config import Plan

__all__ = ["arguments", "execute"]

MARGIN_DEG = 0.1
"""People drive some 10 km round a corner of the next county. [deg]"""


def arguments(parser: argparse.ArgumentParser, lang: str) -> None:
    """
    Add what may be typed.

    Parameters
    ----------
    parser
        The command's.
    lang
        Language of the help texts.
    """
    parser.add_argument("action", choices=("fetch", "import", "info"))
    plan_arguments(parser, lang)
    add = parser.add_argument
    add("--from", dest="source", type=Path, metavar="FILE", help=say("roads.cli.source", lang))
    add("--to", type=Path, metavar="FILE", help=say("roads.cli.to", lang))
    add("--cache", type=Path, metavar="DIR", help=say("roads.cli.cache", lang))
    add("--endpoint", metavar="URL", help=say("roads.cli.endpoint", lang))
    add("--timeout", type=int, metavar="S", help=say("roads.cli.timeout", lang))
    add("--no-rate-limit", action="store_true", help=say("roads.cli.rate", lang))


def execute(options: argparse.Namespace) -> int:
    """
    Fetch or import the roads into a GeoPackage beside the plan, or describe those it names.

    Parameters
    ----------
    options
        What was typed.

    Returns
    -------
    int
        The exit code.

    Raises
    ------
    InputError
        No outline, no roads, or no network; the message says how to go on.
    """
    from coverplan.errors import InputError, Problem, Where  # noqa: PLC0415 - lazy
    from coverplan.intake.roads import download_roads, read_roads  # noqa: PLC0415 - lazy

    plan = plan_of(options)
    lang = plan.outputs.lang
    if options.action == "info":
        if plan.travel.roads is None:
            raise InputError(
                Problem("roads.not_named", Where(file=plan.source, key="travel.roads"))
            )
        step = Steps(("roads_read", "roads_network"), lang, quiet=False)
        step("roads_read")
        return _describe(read_roads(plan.travel.roads), plan, step)
    area, asked = _area(plan), plan.overpass
    if options.action == "import":
        if options.source is None:
            raise InputError(Problem("roads.no_source", Where(key="--from")))
        step = Steps(("roads_read", "roads_write", "roads_network"), lang, quiet=False)
        step("roads_read")
        roads = read_roads(options.source, area.bounds)
    else:
        step = Steps(("roads_ask", "roads_write", "roads_network"), lang, quiet=False)
        step("roads_ask")
        roads = download_roads(
            area,
            cache=options.cache or asked.cache or plan.folder / "roads-cache",
            mode="walk" if plan.travel.mode == "walk" else "drive",
            endpoint=options.endpoint or asked.endpoint,
            timeout_s=options.timeout or asked.timeout_s,
            rate_limit=asked.rate_limit and not options.no_rate_limit,
        )
    target = options.to or plan.folder / "roads.gpkg"
    step("roads_write")
    part = target.with_name(f"{target.stem}.part.gpkg")
    part.unlink(missing_ok=True)
    try:
        roads.to_file(part, driver="GPKG", layer="roads")
        part.replace(target)  # whoever interrupts leaves the old roads whole
    finally:
        part.unlink(missing_ok=True)
    print(say("roads.cli.kept", lang, lines=len(roads), file=target))
    return _describe(roads, plan, step)


def _area(plan: "Plan") -> "gpd.base.GeoPandasBase":
    from coverplan.errors import InputError, Problem, Where  # noqa: PLC0415 - lazy
    from coverplan.intake.layers import read_layer  # noqa: PLC0415 - lazy

    path = plan.boundaries.outline
    if path is None:
        raise InputError(Problem("roads.no_outline", Where(plan.source, key="boundaries.outline")))
    layer, _ = read_layer(path, file=plan.name_of(path), datum=plan.boundaries.datum)
    return layer.geometry.union_all().buffer(MARGIN_DEG)


def _describe(roads: "gpd.GeoDataFrame", plan: "Plan", step: Steps) -> int:
    """Print what the roads are, and what the plan's mode makes of them."""
    from coverplan.crs import metric_crs, to_metric  # noqa: PLC0415 - lazy
    from coverplan.errors import CrsError  # noqa: PLC0415 - lazy
    from coverplan.impedance.network import network_of  # noqa: PLC0415 - lazy
    from coverplan.impedance.speeds import PROFILES  # noqa: PLC0415 - lazy

    lang = plan.outputs.lang
    try:
        crs = metric_crs(roads.total_bounds[[0, 2]])
    except CrsError:  # a test extract from abroad
        crs = str(roads.estimate_utm_crs())
    km = to_metric(roads, crs).length / 1_000.0
    by_class = km.groupby(roads["road_class"].replace("", "—")).sum().sort_values(ascending=False)
    for name, length in by_class.items():
        print(f"  {name:<20}{length:>10,.1f} km")
    step("roads_network")
    profile = PROFILES[plan.travel.mode]
    network = network_of(roads, profile, crs)
    values = {
        "mode": profile.name,
        "nodes": len(network.xy),
        "edges": int(network.tail.size),
        "main": f"{(network.part == 0).mean():.0%}",
        "source": profile.source,
    }
    print(say("roads.cli.network", lang, **values))
    return DONE
