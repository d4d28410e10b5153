"""Which datum coordinates are really in: hypotheses tested against what is known of the county."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coverplan import crs

if TYPE_CHECKING:  # annotations only
    import geopandas as gpd

__all__ = [
    "HYPOTHESES",
    "UNDECIDED",
    "Evidence",
    "Verdict",
    "judge_points",
    "judge_polygons",
    "shifted_subset",
]

Floats = NDArray[np.float64]

HYPOTHESES = ("wgs84", "gcj02", "bd09", "swapped")
"""What the numbers may be; CGCS2000 is WGS84 here, `swapped` is latitude written as longitude."""
UNDECIDED = "undecided"

_FEWEST = 5
_SIGMAS = 3.0
_MAD_TO_SIGMA = 1.4826
_MEDIAN_TO_MEAN = 1.2533
_FITS_M = 250.0
_RIGHT_IOU = 0.97
_IOU_MARGIN = 0.01
_OWN_M = 200.0
_FEWEST_SHIFTED = 3
_FAR_M = 1e7


@dataclass(frozen=True, slots=True)
class Evidence:
    """
    What speaks for or against one hypothesis.

    Parameters
    ----------
    hypothesis
        One of `HYPOTHESES`.
    offset_m
        Length of the median vector from the references to the positions, if the hypothesis were
        true; about 0 for the true one. NaN without references. [m]
    inside
        Share of positions inside the county's outline; NaN without an outline.
    iou
        Intersection over union with the county's outline; NaN for points.
    """

    hypothesis: str
    offset_m: float = float("nan")
    inside: float = float("nan")
    iou: float = float("nan")


@dataclass(frozen=True, slots=True)
class Verdict:
    """
    What coordinates are in, and how that is known.

    Parameters
    ----------
    datum
        One of `HYPOTHESES`, or `"undecided"`.
    evidence
        One entry a hypothesis, in their order.
    references
        How many positions could be compared with a known one.
    error_m
        Standard error of the median offset; the shifts to be told apart are about 500 m. [m]
    """

    datum: str
    evidence: tuple[Evidence, ...]
    references: int = 0
    error_m: float = float("nan")

    @property
    def decided(self) -> bool:
        """Return whether the evidence suffices."""
        return self.datum != UNDECIDED

    def of(self, hypothesis: str) -> Evidence:
        """
        Return the evidence for one hypothesis.

        Parameters
        ----------
        hypothesis
            One of `HYPOTHESES`.
        """
        return self.evidence[HYPOTHESES.index(hypothesis)]

    @property
    def words(self) -> str:
        """Return the evidence in figures, the same in every language."""
        parts = []
        for item in self.evidence:
            figures = []
            if np.isfinite(item.iou):
                figures.append(f"IoU {item.iou:.3f}")
            if np.isfinite(item.offset_m) and item.offset_m < _FAR_M:
                figures.append(f"{item.offset_m:.0f} m")
            if np.isfinite(item.inside):
                figures.append(f"{item.inside:.0%}")
            if figures:
                parts.append(f"{item.hypothesis} {' '.join(figures)}")
        return "; ".join(parts)


def as_wgs84(lon: ArrayLike, lat: ArrayLike, hypothesis: str) -> tuple[Floats, Floats]:
    """
    Return positions in WGS84, if a hypothesis were true.

    Parameters
    ----------
    lon, lat
        As written, shape (n,). [deg]
    hypothesis
        One of `HYPOTHESES`.
    """
    x, y = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    return (y, x) if hypothesis == "swapped" else crs.shift(x, y, hypothesis)


def judge_points(
    lon: ArrayLike,
    lat: ArrayLike,
    known_lon: ArrayLike,
    known_lat: ArrayLike,
    *,
    outline: "gpd.GeoDataFrame | None" = None,
) -> Verdict:
    """
    Judge which datum points are in.

    Parameters
    ----------
    lon, lat
        Positions as written, shape (n,). [deg]
    known_lon, known_lat
        WGS84 positions of the same places from elsewhere, shape (n,); NaN where none. [deg]
    outline
        The county's polygon, WGS84; it only tells swapped coordinates and absurd ones.

    Returns
    -------
    Verdict
        Decided only where the true hypothesis is parted from the next by more than three standard
        errors of the median offset, and fits.

    Notes
    -----
    GCJ-02 lies about 500 m from WGS84 in one direction for a whole county, BD-09 about 1,000 m in
    another. Each position differs from its reference by that shift plus noise without direction
    (another corner of the same village, another geocoder), so the median vector finds the shift
    where no single point could. The share inside an outline decides nothing: moving a county's
    points by 500 m leaves nearly all of them inside.

    Examples
    --------
    >>> import numpy as np
    >>> seats = np.linspace(107.6, 108.0, 12), np.linspace(29.7, 30.0, 12)
    >>> written = crs.shift(*seats, "wgs84", "gcj02")
    >>> judge_points(*written, *seats).datum
    'gcj02'
    """
    x, y = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    known_x = np.asarray(known_lon, dtype=np.float64)
    known_y = np.asarray(known_lat, dtype=np.float64)
    written = np.isfinite(x) & np.isfinite(y)
    compared = written & np.isfinite(known_x) & np.isfinite(known_y)
    number = int(compared.sum())
    offsets = [
        _offsets(x[compared], y[compared], known_x[compared], known_y[compared], hypothesis)
        for hypothesis in HYPOTHESES
    ]
    shares = [_inside(*as_wgs84(x[written], y[written], h), outline) for h in HYPOTHESES]
    lengths = [_length(vectors) for vectors in offsets]
    evidence = tuple(
        Evidence(h, length, share)
        for h, length, share in zip(HYPOTHESES, lengths, shares, strict=True)
    )
    if number >= _FEWEST:
        best, second, *_ = np.argsort(lengths)
        error = _standard_error(offsets[best])
        parted = lengths[second] - lengths[best] > _SIGMAS * error
        fits = lengths[best] <= _FITS_M + _SIGMAS * error
        datum = HYPOTHESES[best] if parted and fits else UNDECIDED
        return Verdict(datum, evidence, number, error)
    swapped = written.sum() >= _FEWEST and _only_swapped_inside(shares)
    return Verdict("swapped" if swapped else UNDECIDED, evidence, number)


def judge_polygons(frame: "gpd.GeoDataFrame", outline: "gpd.GeoDataFrame") -> Verdict:
    """
    Judge which datum the polygons of a county are in.

    Parameters
    ----------
    frame
        Polygons that together fill the county, in degrees as written.
    outline
        The county's polygon, WGS84.

    Returns
    -------
    Verdict
        Decided only where the best intersection over union reaches 0.97 and leads by 0.01.

    Notes
    -----
    A shift of 500 m costs a county of 50 km about 0.03 of its IoU; two outlines of the same county
    by different makers share about 0.99.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> county = gpd.GeoDataFrame(geometry=[shapely.box(107.6, 29.7, 107.9, 30.0)], crs=4326)
    >>> judge_polygons(crs.shift_geometry(county, "wgs84", "gcj02"), county).datum
    'gcj02'
    """
    import shapely  # noqa: PLC0415 - heavy

    county = crs.to_metric(outline)
    system = str(county.crs)
    true = county.geometry.union_all()
    whole = shapely.make_valid(frame.geometry.union_all())
    evidence = []
    for hypothesis in HYPOTHESES:

        def moved(vertices: Floats, hypothesis: str = hypothesis) -> Floats:
            placed = as_wgs84(vertices[:, 0], vertices[:, 1], hypothesis)
            return np.nan_to_num(np.column_stack(crs.metric_points(*placed, system)), posinf=_FAR_M)

        shape = shapely.make_valid(shapely.transform(whole, moved))
        union = shapely.union(shape, true).area
        iou = shapely.intersection(shape, true).area / union if union else 0.0
        evidence.append(Evidence(hypothesis, iou=float(iou)))
    scores = np.array([item.iou for item in evidence])
    best, second = np.argsort(-scores)[:2]
    sure = scores[best] >= _RIGHT_IOU and scores[best] - scores[second] >= _IOU_MARGIN
    return Verdict(HYPOTHESES[best] if sure else UNDECIDED, tuple(evidence))


def shifted_subset(
    lon: ArrayLike, lat: ArrayLike, known_lon: ArrayLike, known_lat: ArrayLike, verdict: Verdict
) -> dict[str, tuple[int, ...]]:
    """
    Return the positions inside a file that are in another datum than the rest.

    Parameters
    ----------
    lon, lat, known_lon, known_lat
        As `judge_points`.
    verdict
        What the file as a whole was judged to be; `"wgs84"` is taken where it is undecided.

    Returns
    -------
    dict
        Hypothesis -> places in the arrays whose position lies within 200 m of its reference under
        that hypothesis and clearly farther under the file's own. Fewer than three are not named:
        single points stray.
    """
    x, y = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    known_x = np.asarray(known_lon, dtype=np.float64)
    known_y = np.asarray(known_lat, dtype=np.float64)
    compared = np.flatnonzero(
        np.isfinite(x) & np.isfinite(y) & np.isfinite(known_x) & np.isfinite(known_y)
    )
    own = verdict.datum if verdict.decided else "wgs84"
    apart = {
        h: np.hypot(*_offsets(x[compared], y[compared], known_x[compared], known_y[compared], h).T)
        for h in HYPOTHESES
    }
    best = np.array(HYPOTHESES)[np.argmin([apart[h] for h in HYPOTHESES], axis=0)]
    found = {}
    for hypothesis in HYPOTHESES:
        near = (best == hypothesis) & (apart[hypothesis] < _OWN_M)
        clear = apart[own] - apart[hypothesis] > _OWN_M
        members = compared[near & clear]
        if hypothesis != own and len(members) >= _FEWEST_SHIFTED:
            found[hypothesis] = tuple(int(member) for member in members)
    return found


def _offsets(x: Floats, y: Floats, known_x: Floats, known_y: Floats, hypothesis: str) -> Floats:
    # east and north of the position from its reference, shape (n, 2), in metres
    if not x.size:
        return np.empty((0, 2))
    system = crs.metric_crs(known_x)
    here = np.column_stack(crs.metric_points(*as_wgs84(x, y, hypothesis), system))
    there = np.column_stack(crs.metric_points(known_x, known_y, system))
    # what the projection cannot hold is simply far away
    return np.clip(np.nan_to_num(here - there, nan=_FAR_M, posinf=_FAR_M), -_FAR_M, _FAR_M)


def _length(vectors: Floats) -> float:
    return float(np.hypot(*np.median(vectors, axis=0))) if len(vectors) else float("nan")


def _standard_error(vectors: Floats) -> float:
    middle = np.median(vectors, axis=0)
    spread = _MAD_TO_SIGMA * np.median(np.abs(vectors - middle), axis=0)
    return float(_MEDIAN_TO_MEAN * np.hypot(*spread) / np.sqrt(len(vectors)))


def _inside(lon: Floats, lat: Floats, outline: "gpd.GeoDataFrame | None") -> float:
    import shapely  # noqa: PLC0415 - heavy

    if outline is None or not lon.size:
        return float("nan")
    shape = outline.geometry.union_all()
    shapely.prepare(shape)
    return float(shapely.contains_xy(shape, lon, lat).mean())


def _only_swapped_inside(shares: Sequence[float]) -> bool:
    *plain, swapped = shares
    return bool(swapped > 0.9 and max(plain) < 0.1)
