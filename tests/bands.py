"""Worlds whose truth is known, and how often the printed bands hold it."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from coverplan.cells import thiessen_cells
from coverplan.crs import metric_crs
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
