from datetime import date

import numpy as np
import pandas as pd
import pytest

from coverplan.domain import Rung
from coverplan.places import candidate_places, sites_of, venue_places

TOWNSHIPS = pd.DataFrame(
    {"name": ["甲镇", "乙乡"], "seat_lon": [107.7, 107.9], "seat_lat": [29.9, 29.8]},
    index=pd.Index(["500230101", "500230202"], name="code9"),
)
VILLAGES = pd.DataFrame(
    {
        "name": ["一村", "二村", "三村"],
        "code9": ["500230101", "500230101", "500230202"],
        "lon": [107.71, np.nan, np.nan],
        "lat": [29.91, np.nan, np.nan],
    },
    index=pd.Index(["500230101201", "500230101202", "500230202201"], name="code12"),
)
TYPES = pd.DataFrame(
    {"zh": ["教学点", "协会"], "has_place": [True, False]},
    index=pd.Index(["room", "club"], name="id"),
)


def venue(**values):
    row = {
        "place_id": "", "name": "x", "type": "room", "code9": "500230101", "code12": "",
        "lon": np.nan, "lat": np.nan, "status": "open", "opened_on": pd.NaT, "closed_on": pd.NaT,
        "active_12m": "", "visitable": pd.NA,
    }  # fmt: skip
    return {**row, **values}


def places(*rows):
    index = pd.Index([f"v{n}" for n in range(len(rows))], name="id")
    frame = pd.DataFrame(list(rows), index=index)
    frame["visitable"] = frame["visitable"].astype("boolean")
    return venue_places(frame, TOWNSHIPS, VILLAGES, TYPES, date(2025, 12, 31))


def test_a_venue_is_located_by_its_coordinates_its_village_or_only_its_township():
    found = places(venue(lon=107.75, lat=29.95), venue(code12="500230101201"), venue())
    assert found["location"].tolist() == ["own", "village", "township"]
    assert found["located"].tolist() == [True, True, False]
    assert found.geometry.iloc[1].x == pytest.approx(107.71)
    assert found.geometry.iloc[2] is None


def test_a_venue_in_a_village_without_coordinates_is_known_but_has_no_point():
    found = places(venue(code12="500230101202"))
    assert found["located"].tolist() == [True]
    assert found.geometry.iloc[0] is None


def test_only_open_places_that_people_visit_are_sites():
    found = places(
        venue(code12="500230101201"),
        venue(code12="500230101201", status="planned"),
        venue(code12="500230101201", type="club"),
        venue(code12="500230101201", visitable=False),
        venue(),
    )
    candidates = candidate_places(None, TOWNSHIPS, VILLAGES, Rung.LINE, None)
    sites = sites_of(found, candidates)
    assert [site for site in sites.index if site.startswith("v")][:1] == ["v0"]
    assert "v1" not in sites.index
    assert (sites["kind"] == "venue").sum() == 1


def test_without_a_list_every_village_and_one_hall_a_township_is_a_candidate():
    found = candidate_places(None, TOWNSHIPS, VILLAGES, Rung.LINE, None)
    assert len(found) == 5
    assert found["resolution"].to_dict() == {
        "hall-500230101": "township",
        "hall-500230202": "township",
        "village-500230101201": "community",
        "village-500230101202": "township",
        "village-500230202201": "township",
    }


def test_asked_minutes_tell_villages_apart_that_have_no_coordinates():
    asked = pd.DataFrame({"minutes": [10.0, np.nan]}, index=["500230101202", "500230202201"])
    found = candidate_places(None, TOWNSHIPS, VILLAGES, Rung.ASKED, asked)
    assert found.loc["village-500230101202", "resolution"] == "community"
    assert found.loc["village-500230202201", "resolution"] == "township"


def test_an_id_that_is_both_venue_and_candidate_is_refused():
    found = places(venue(code12="500230101201"))
    candidates = candidate_places(None, TOWNSHIPS, VILLAGES, Rung.LINE, None)
    with pytest.raises(ValueError, match="v0"):
        sites_of(found, candidates.rename(index={"hall-500230101": "v0"}))
