"""Sites that can serve so many people and no more."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from coverplan.placement.highs import solve
from coverplan.placement.linear import Model
from coverplan.placement.program import Program
from coverplan.placement.signatures import Signatures

__all__ = ["Flows", "add_flows", "served"]

BoolArray = NDArray[np.bool_]
FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Flows:
    """
    Who is served where.

    Parameters
    ----------
    value
        People served by all open sites together, the most there can be. [persons]
    allocation
        For each demand point the site that serves most of it, -1 where most of it is not served.
    """

    value: float
    allocation: IntArray


def add_flows(
    program: Program, merged: Signatures, capacity: FloatArray, columns: IntArray
) -> FloatArray:
    """
    Append who is served where, within what a site can take; return the objective, people served.

    Parameters
    ----------
    program
        Program with site columns only.
    merged
        Signatures.
    capacity
        Most people of each site, shape (n_sites,). [persons]
    columns
        Sites that may be open.
    """
    row, site = _pairs(merged, columns)
    first = program.columns(row.size, upper=np.inf)
    flow = first + np.arange(row.size)
    ones = np.ones(row.size)
    demand = sparse.coo_array((ones, (row, flow)), shape=(merged.n_signatures, program.width))
    program.add(sparse.csr_array(demand), -np.inf, merged.weight)
    room = np.minimum(capacity, float(merged.weight.sum()))
    supply = sparse.coo_array((ones, (site, flow)), shape=(merged.n_sites, program.width))
    opened = sparse.coo_array(
        (-room[columns], (columns, columns)), shape=(merged.n_sites, program.width)
    )
    program.add(sparse.csr_array(supply + opened), -np.inf, 0.0)
    # Implied, but it makes the relaxation tight.
    each = np.arange(row.size)
    link = sparse.coo_array(
        (np.concatenate([ones, -merged.weight[row]]), (np.tile(each, 2), np.append(flow, site))),
        shape=(row.size, program.width),
    )
    program.add(sparse.csr_array(link), -np.inf, 0.0)
    return program.cost(first, ones)


def served(merged: Signatures, capacity: FloatArray, chosen: IntArray) -> Flows:
    """
    Return the most people that open sites can serve, and where.

    Parameters
    ----------
    merged
        Signatures with `member`.
    capacity
        Most people of each site, shape (n_sites,). [persons]
    chosen
        Column numbers of the open sites.

    Examples
    --------
    >>> from coverplan.placement.signatures import signatures
    >>> merged = signatures([[1.0], [2.0]], 5.0, [60.0, 50.0])
    >>> served(merged, np.array([80.0]), np.array([0])).value
    80.0
    """
    row, site = _pairs(merged, chosen)
    n_rows = merged.n_signatures + merged.n_sites
    if row.size == 0:
        return Flows(0.0, np.full(merged.member.size, -1, dtype=np.int64))
    each = np.arange(row.size)
    matrix = sparse.csr_array(
        sparse.coo_array(
            (
                np.ones(2 * row.size),
                (np.append(row, merged.n_signatures + site), np.tile(each, 2)),
            ),
            shape=(n_rows, row.size),
        )
    )
    limit = np.concatenate([merged.weight, np.minimum(capacity, float(merged.weight.sum()))])
    model = Model(
        np.ones(row.size),
        matrix.indptr,
        matrix.indices,
        matrix.data,
        np.full(n_rows, -np.inf),
        limit,
        0.0,
        np.inf,
        False,  # noqa: FBT003 - whole numbers come by themselves: a transport problem
        sense="max",
    )
    flow = solve(model).x
    flow = np.where(np.abs(flow - np.rint(flow)) < 1e-6, np.rint(flow), flow)
    best = np.full(merged.n_signatures, -1, dtype=np.int64)
    order = np.lexsort((-site, flow))
    best[row[order]] = site[order]
    total = np.bincount(row, weights=flow, minlength=merged.n_signatures)
    best[total * 2 < merged.weight] = -1
    return Flows(float(flow.sum()), best[merged.member])


def _pairs(merged: Signatures, columns: IntArray) -> tuple[IntArray, IntArray]:
    usable = np.zeros(merged.n_sites, dtype=np.bool_)
    usable[columns] = True
    row = np.repeat(np.arange(merged.n_signatures), merged.size)
    kept = usable[merged.column] & (merged.weight[row] > 0)
    return row[kept], merged.column[kept].astype(np.int64)
