"""Worlds whose truth is known, and how often the printed bands hold it."""

from dataclasses import replace
from functools import cache

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from coverplan.cells import thiessen_cells
from coverplan.config_tables import Travel
from coverplan.covering import coverage_table
from coverplan.crs import metric_crs
from coverplan.domain import Rung, TravelTimes
from coverplan.impedance.drawn import nearest_in_worlds, speed_worlds, trip_worlds
from coverplan.impedance.model import TravelModel, line_model
from coverplan.impedance.network import Network, network_of, road_minutes, snap
from coverplan.impedance.speeds import PROFILES
from coverplan.intake.roads import read_roads
from coverplan.worlds import band, people_worlds, position_worlds
from support import shared


def wannian_share(*, draws: int, worlds: int) -> tuple[np.ndarray, np.ndarray]:
    """Return whether each band held, and its width, for people by township within some reach."""
    real = gpd.read_file(
        shared("data", "realcounties", "wannian_361129_townships_osm_wgs84.geojson")
    )
    crs = metric_crs(real.geometry.bounds["minx"])
    real = real.to_crs(crs).set_index(pd.Index([f"36112900{n:x}" for n in range(len(real))]))
    held, width = [], []
    for world in range(worlds):
        random = np.random.default_rng([2026, world])
        seats = np.array([_centre(cell, random) for cell in real.geometry])
        lonlat = gpd.points_from_xy(*seats.T, crs=crs).to_crs(4326)
        townships = pd.DataFrame({"seat_lon": lonlat.x, "seat_lat": lonlat.y}, index=real.index)
        outline = gpd.GeoDataFrame(geometry=[real.geometry.union_all()], crs=crs)
        cells = thiessen_cells(townships, outline, crs)
        rows = [
            (code, "村" if k else "社区", *_clustered(cell, seat, random, k))
            for (code, cell), seat in zip(real.geometry.items(), seats, strict=True)
            for k in range(random.integers(6, 16))
        ]
        truth = pd.DataFrame(rows, columns=["code9", "kind", "x", "y"])
        truth.index = pd.Index([f"{c}{n:03d}" for n, c in enumerate(truth["code9"])])
        town = (truth["kind"] == "社区") * random.normal(1.0, 0.6, len(truth))
        truth["people"] = np.round(random.lognormal(7.2 + town, 0.5)).astype(int)
        venues = seats[random.choice(len(seats), 5, replace=False)]
        found = _judge(
            truth,
            seats,
            real.index,
            cells.geometry,
            venues=venues,
            reaches=(2e3, 4e3, 6e3),
            draws=draws,
        )
        held.extend(found[0])
        width.extend(found[1])
    return np.array(held), np.array(width)


def chongqing_share(*, draws: int, worlds: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the same with the real towns of real counties in the place of villages."""
    counties = gpd.read_file(shared("data", "chongqing", "counties_vonng_wgs84.geojson"))
    towns = pd.read_csv(shared("data", "chongqing", "township_points_geonames.csv"))
    points = gpd.GeoDataFrame(
        towns, geometry=gpd.points_from_xy(towns["lon"], towns["lat"]), crs=4326
    )
    held, width = [], []
    for number, county in enumerate(counties.to_crs("EPSG:4544").geometry):
        inside = points.to_crs("EPSG:4544")
        inside = inside[inside.within(county) & (inside["population"] > 0)]
        if len(inside) < 12:
            continue
        xy = shapely.get_coordinates(inside.geometry)
        seat = xy[int(inside["population"].to_numpy().argmax())]
        name = inside["name_zh"] if "name_zh" in inside else inside["name"]
        truth = pd.DataFrame(
            {
                "code9": "county",
                "kind": np.where(
                    name.astype(str).str.contains("街道") | (xy == seat).all(axis=1), "社区", "村"
                ),
                "x": xy[:, 0],
                "y": xy[:, 1],
                "people": inside["population"].to_numpy(dtype=int),
            },
            index=[f"{n:04d}" for n in range(len(inside))],
        )
        radius = np.sqrt(county.area / np.pi)
        cells = gpd.GeoSeries([county], index=["county"], crs="EPSG:4544")
        random = np.random.default_rng([2027, number])
        for _ in range(max(1, worlds // 10)):
            venues = np.vstack([[seat], xy[random.choice(len(xy), 3, replace=False)]])
            reach = tuple(radius * f for f in (0.2, 0.35, 0.5))
            found = _judge(
                truth,
                [seat],
                ["county"],
                cells,
                venues=venues,
                reaches=reach,
                draws=draws,
                exact=True,
            )
            held.extend(found[0])
            width.extend(found[1])
    return np.array(held), np.array(width)


def _judge(truth, seats, codes, cells, *, venues, reaches, draws, exact=False):
    """Hide every village's place and people, draw worlds, and look whether the bands hold."""
    hidden = truth.assign(x=np.nan, y=np.nan)
    if exact:  # the seat itself is a place, and it is known
        known = (truth[["x", "y"]].to_numpy() == seats[0]).all(axis=1)
        hidden.loc[known, ["x", "y"]] = seats[0]
    at = pd.DataFrame(seats, columns=["x", "y"], index=codes)
    placed = position_worlds(hidden, at, cells, draws=draws, seed=5, approximate=not exact)
    totals = truth.groupby("code9")["people"].transform("sum")
    sizes = truth.groupby("code9")["people"].transform("size")
    shared_people = (totals // sizes).astype(int)
    first = ~truth["code9"].duplicated()
    shared_people[first] += (totals - shared_people.groupby(truth["code9"]).transform("sum"))[first]
    demand = truth.assign(people=shared_people, people_kind="shared")
    people = people_worlds(demand, draws, seed=5)
    real = _nearest(truth[["x", "y"]].to_numpy(), venues)
    drawn = np.stack([_nearest(world, venues) for world in placed])
    held, width = [], []
    for reach in reaches:
        for code in np.unique(truth["code9"]):
            members = (truth["code9"] == code).to_numpy()
            all_people = truth["people"].to_numpy()[members].sum()
            covered = truth["people"].to_numpy()[members & (real <= reach)].sum()
            low, high = band(((drawn <= reach) * people)[:, members].sum(axis=1))
            if high == 0 and covered == 0:
                continue  # far from every venue: nothing to be right about
            held.append(low <= covered <= high)
            width.append((high - low) / all_people)
    return held, width


def _nearest(xy, venues):
    return np.min([np.hypot(*(xy - venue).T) for venue in venues], axis=0)


def _inside(cell, random):
    west, south, east, north = cell.bounds
    while True:
        point = random.uniform([west, south], [east, north])
        if shapely.contains_xy(cell, *point):
            return point


def _centre(cell, random):
    """Return a seat near the middle, as far off as makes Thiessen cells as wrong as real ones."""
    while True:
        point = np.array(cell.centroid.coords[0]) + random.normal(
            0, 0.3 * np.sqrt(cell.area / np.pi), 2
        )
        if shapely.contains_xy(cell, *point):
            return point


def _clustered(cell, seat, random, k):
    """Place a community near the seat, a village near one of three valleys of its township."""
    if k == 0:
        return seat + random.normal(0, 400, 2)
    valleys = np.random.default_rng(abs(int(seat.sum()))).uniform(
        cell.bounds[:2], cell.bounds[2:], (3, 2)
    )
    for _ in range(200):
        point = valleys[random.integers(3)] + random.normal(0, 0.25 * np.sqrt(cell.area), 2)
        if shapely.contains_xy(cell, *point):
            return point
    return _inside(cell, random)


STRETCH = 20.0
"""The Helsinki extract is 1.0 × 1.7 km; blown up by this it is as large as a county."""
REACHES = (15, 30, 45)


def helsinki_share(rung: str, *, draws: int, worlds: int) -> tuple[np.ndarray, np.ndarray]:
    """
    Return the same for the printed bands of service coverage, where real streets tell the truth.

    People live at street corners, in valleys that several villages share; the speed of each world
    is another, and so are the minutes that it truly takes. On rung A the model knows the streets,
    on rung C 30 trips between known places, each told with an error of a tenth, and as "plan" a
    detour and a speed that are right but for the speed of the world; always it knows seats,
    Thiessen cells and the people of each township, and no village.
    """
    network, crs = _stretched_streets()
    main = np.flatnonzero(network.part == 0)
    held, width = [], []
    for world in range(worlds):
        random = np.random.default_rng([2028, world])
        townships, cells = _towns_on_streets(network.xy[main], crs, random)
        seats = townships[["x", "y"]].to_numpy()
        rows = []
        for code, cell in cells.items():
            corners = network.xy[main][shapely.contains_xy(cell, network.xy[main])]
            valleys = corners[random.integers(0, len(corners), 3)]
            radius = np.sqrt(cell.area / np.pi)
            for k in range(random.integers(6, 14)):
                middle = valleys[k % 3] if k else townships.loc[code, ["x", "y"]].to_numpy(float)
                wanted = middle + random.normal(0, (0.35 if k else 0.15) * radius, 2)
                corner = corners[np.hypot(*(corners - wanted).T).argmin()]
                rows.append((code, "村" if k else "社区", *corner))
        truth = pd.DataFrame(rows, columns=["code9", "kind", "x", "y"])
        truth.index = pd.Index([f"{c}{n:03d}" for n, c in enumerate(truth["code9"])])
        town = (truth["kind"] == "社区") * random.normal(1.0, 0.6, len(truth))
        truth["people"] = np.round(random.lognormal(7.2 + town, 0.5)).astype(int)
        venues = seats[random.choice(len(seats), 2, replace=False)]
        roads = _model_of(network, crs)
        # 80 % of true speeds lie within a fifth of what the classes say
        speed = np.exp(random.normal(0.0, np.log(1.5) / 2.5631))
        minutes = roads.minutes(truth[["x", "y"]].to_numpy(), venues).min(axis=1) * speed
        model = roads
        if rung != "A":
            ends = truth[["x", "y"]].to_numpy()
            some = random.choice(len(ends), (40, 2))
            trips = pd.DataFrame(
                {
                    "km": np.hypot(*(ends[some[:, 0]] - ends[some[:, 1]]).T) / 1_000.0,
                    "minutes": np.diag(roads.minutes(ends[some[:, 0]], ends[some[:, 1]]))
                    * speed
                    * np.exp(random.normal(0.0, 0.1, 40)),
                }
            )
            trips = trips[np.isfinite(trips["minutes"]) & (trips["km"] > 1.0)].iloc[:30]
            travel = Travel(rung=Rung.CALIBRATED)
            if rung == "plan":
                usual = float(np.median(trips["minutes"] / trips["km"])) / speed
                travel = replace(travel, detour=1.3, speed_kmh=1.3 * 60.0 / usual)
                trips = trips.iloc[:0]
            model = line_model(travel, trips, seed=world)
        found = _printed(truth, townships, cells, venues, model=model, draws=draws)
        for code in cells.index:
            members = (truth["code9"] == code).to_numpy()
            people = truth["people"].to_numpy()[members]
            for reach in REACHES:
                covered = people[minutes[members] <= reach].sum()
                low, high = found.loc[(code, "v", reach), ["covered_low", "covered_high"]]
                if high == 0 and covered == 0:
                    continue
                held.append(low <= covered <= high)
                width.append((high - low) / people.sum())
    return np.array(held), np.array(width)


@cache
def _stretched_streets() -> tuple[Network, str]:
    """Return Helsinki's streets as a county's roads, in a metric system of their own scale."""
    streets = read_roads(shared("data", "roads", "Helsinki.osm.pbf"))
    driven = ["primary", "secondary", "tertiary", "residential", "unclassified", "service"]
    streets = streets[streets["road_class"].isin(driven)]
    small = network_of(streets.assign(maxspeed_kmh=np.nan, one_way=0), PROFILES["car"], "EPSG:3067")
    origin = small.xy.min(axis=0)
    moved = {name: (getattr(small, name) - origin) * STRETCH for name in ("xy", "vertices")}
    slower = {name: getattr(small, name) * STRETCH for name in ("forward", "backward")}
    return replace(small, **moved, **slower), "EPSG:4545"


@cache
def _model_of(network: Network, crs: str) -> TravelModel:
    del crs
    slow, fast = 1.25, 1 / 1.2  # as model.road_model says of speeds that nobody measured

    def minutes(start: np.ndarray, end: np.ndarray) -> np.ndarray:
        return road_minutes(network, snap(network, start, 2_000.0), snap(network, end, 2_000.0))

    return TravelModel(Rung.ROADS, minutes, slow, fast, (), network)


def _towns_on_streets(corners, crs, random):
    """Return six seats on street corners, apart from each other, and their Thiessen cells."""
    low, high = corners.min(axis=0), corners.max(axis=0)
    middles = [
        low + (high - low) * np.array([(i + 0.5) / 2, (j + 0.5) / 3])
        for i in range(2)
        for j in range(3)
    ]
    wanted = np.array(middles) + random.normal(0, 0.06, (6, 2)) * (high - low)
    seats = np.array([corners[np.hypot(*(corners - one).T).argmin()] for one in wanted])
    codes = pd.Index([f"50023000{n}" for n in range(6)], name="code9")
    lonlat = gpd.points_from_xy(*(seats + OFFSET).T, crs=crs).to_crs(4326)
    townships = pd.DataFrame({"seat_lon": lonlat.x, "seat_lat": lonlat.y}, index=codes)
    box = shapely.box(*(low + OFFSET), *(high + OFFSET))
    outline = gpd.GeoDataFrame(geometry=[box], crs=crs)
    cells = thiessen_cells(townships, outline, crs).geometry
    townships[["x", "y"]] = seats
    return townships, cells.translate(*(-OFFSET))


OFFSET = np.array([500_000.0, 3_300_000.0])


def _printed(truth, townships, cells, venues, *, model, draws):
    """Return the coverage table that a run would print, every village hidden."""
    totals = truth.groupby("code9")["people"].transform("sum")
    sizes = truth.groupby("code9")["people"].transform("size")
    even = (totals // sizes).astype(int)
    first = ~truth["code9"].duplicated()
    even[first] += (totals - even.groupby(truth["code9"]).transform("sum"))[first]
    demand = truth[["code9", "kind"]].assign(
        code12=truth.index, people=even.astype("Int64"), people_kind="shared", location="none"
    )
    seats = townships[["x", "y"]]
    hidden = demand.assign(x=np.nan, y=np.nan)
    placed = position_worlds(hidden, seats, cells, draws=draws, seed=5, approximate=True)
    at = {f"s{n}": venue for n, venue in enumerate(venues)}
    scale = speed_worlds(model.fast, model.slow, 1.0, draws=draws, seed=5)[:, None]
    scale = scale * trip_worlds(
        model.trip_fast, model.trip_slow, demand["code9"], draws=draws, seed=5
    )
    worlds = nearest_in_worlds({"v": list(at)}, at, placed, model.minutes, scale)
    times = TravelTimes(
        np.full((len(demand), len(at)), np.inf), tuple(demand.index), tuple(at), model.rung
    )
    return coverage_table(
        demand, times, {"v": list(at)}, {"v": REACHES}, nearest_worlds=worlds, draws=draws, seed=5
    )
