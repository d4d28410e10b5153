"""A covering model under construction: site columns, further columns, named rules as rows."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from coverplan.errors import InfeasibleError, Problem
from coverplan.placement.cover_rows import CoverRows
from coverplan.placement.highs import Engine
from coverplan.placement.linear import Model, Outcome
from coverplan.placement.options import SiteRules, few

__all__ = ["Program", "Rule"]

BoolArray = NDArray[np.bool_]
FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Rule:
    """
    A rule that a message can name.

    Parameters
    ----------
    kind
        Message key `placement_covering.rule.<kind>`.
    subject
        Whom it concerns: a zone, a site, a group.
    number
        Its number: least, most, money.
    """

    kind: str
    subject: str = ""
    number: float = 0.0

    @property
    def problem(self) -> Problem:
        """The rule as a message."""
        number = int(self.number) if float(self.number).is_integer() else self.number
        return Problem(
            f"placement_covering.rule.{self.kind}", found=self.subject, values={"number": number}
        )


class Program:
    """
    Columns 0 … n_sites - 1 say which sites are open; everything else is added behind them.

    Parameters
    ----------
    sites
        The rules on sites.
    new_sites
        New sites at most; None for any number.
    """

    def __init__(self, sites: SiteRules, new_sites: int | None = None) -> None:
        self.sites = sites
        self.n_sites = sites.n_sites
        self.lower = sites.lower.astype(np.float64)
        self.upper = sites.upper.astype(np.float64)
        self.integer = np.ones(self.n_sites, dtype=np.bool_)
        self.rules: list[Rule] = []
        self._parts: list[sparse.csr_array] = []
        self._lower: list[FloatArray] = []
        self._upper: list[FloatArray] = []
        self._rule: list[IntArray] = []
        rows = sites.rows(new_sites)
        shape = (rows.lower.size, self.n_sites)
        matrix = sparse.csr_array((rows.value, rows.index, rows.start), shape=shape)
        for number, kind in enumerate(rows.rule):
            rule = self._site_rule(kind, matrix.indices[rows.start[number] :][:1], new_sites)
            self.add(matrix[[number]], rows.lower[number], rows.upper[number], rule)

    def _site_rule(self, kind: str, columns: IntArray, new_sites: int | None) -> Rule:
        if kind in {"zone_min", "zone_max"}:
            code = int(self.sites.zone[columns[0]])
            counts = self.sites.zone_min if kind == "zone_min" else self.sites.zone_max
            return Rule(kind, str(self.sites.zone_names[code]), float(counts[code]))
        if kind == "budget":
            return Rule(kind, number=self.sites.budget)
        return Rule(kind, number=float(new_sites or 0))

    @property
    def entries(self) -> int:
        """Number of coefficients of all rows."""
        return sum(part.nnz for part in self._parts)

    @property
    def width(self) -> int:
        """Number of columns."""
        return self.lower.size

    def columns(
        self, count: int, *, lower: float = 0.0, upper: float = 1.0, integer: bool = False
    ) -> int:
        """
        Append columns and return the number of the first.

        Parameters
        ----------
        count
            How many.
        lower, upper
            Their bounds.
        integer
            Whether they take whole numbers only.
        """
        first = self.width
        self.lower = np.concatenate([self.lower, np.full(count, lower)])
        self.upper = np.concatenate([self.upper, np.full(count, upper)])
        self.integer = np.concatenate([self.integer, np.full(count, integer)])
        return first

    def add(
        self,
        matrix: sparse.csr_array,
        lower: ArrayLike,
        upper: ArrayLike,
        rule: Rule | None = None,
    ) -> None:
        """
        Append rows `lower <= matrix @ x <= upper`.

        Parameters
        ----------
        matrix
            Coefficients; columns that it lacks are 0.
        lower, upper
            A number or one a row.
        rule
            The rule that these rows are; None for what is no rule but a definition.
        """
        part = sparse.csr_array(matrix)
        count = part.shape[0]
        self._parts.append(part)
        self._lower.append(np.broadcast_to(np.asarray(lower, dtype=np.float64), (count,)))
        self._upper.append(np.broadcast_to(np.asarray(upper, dtype=np.float64), (count,)))
        number = -1
        if rule is not None:
            if rule not in self.rules:
                self.rules.append(rule)
            number = self.rules.index(rule)
        self._rule.append(np.full(count, number, dtype=np.int64))

    def add_row(
        self,
        columns: ArrayLike,
        values: ArrayLike,
        lower: float = -np.inf,
        upper: float = np.inf,
        rule: Rule | None = None,
    ) -> None:
        """
        Append one row.

        Parameters
        ----------
        columns, values
            Its entries.
        lower, upper
            Its bounds.
        rule
            The rule that it is.
        """
        index = np.asarray(columns, dtype=np.int64)
        value = np.broadcast_to(np.asarray(values, dtype=np.float64), index.shape)
        row = (np.zeros(index.size, dtype=np.int64), index)
        self.add(sparse.csr_array((value, row), shape=(1, self.width)), lower, upper, rule)

    def add_cover(self, rows: CoverRows, *, integer: bool = False) -> int:
        """
        Append the loss columns of cover rows with their definition; return the first column.

        Parameters
        ----------
        rows
            Cover rows.
        integer
            Whether the loss of a row must be whole: needed where a rule may want it larger.
        """
        first = self.columns(rows.n_rows, integer=integer)
        matrix = rows.matrix(self.n_sites)
        gap = sparse.csr_array((rows.n_rows, first - self.n_sites))
        shifted = sparse.hstack([matrix[:, : self.n_sites], gap, matrix[:, self.n_sites :]])
        self.add(sparse.csr_array(shifted), rows.right, np.inf)
        return first

    def cost(self, first: int, values: ArrayLike) -> FloatArray:
        """
        Return an objective that is 0 but on some columns.

        Parameters
        ----------
        first
            The first of them.
        values
            Their coefficients.
        """
        given = np.asarray(values, dtype=np.float64)
        whole = np.zeros(self.width)
        whole[first : first + given.size] = given
        return whole

    def model(self, cost: ArrayLike, sense: str = "min", *, relaxed: bool = False) -> Model:
        """
        Return the model as arrays.

        Parameters
        ----------
        cost
            Objective, shape (width,) or shorter.
        sense
            `"min"` or `"max"`.
        relaxed
            Whether to let every column take fractions.
        """
        padded = [
            sparse.csr_array((part.data, part.indices, part.indptr), (part.shape[0], self.width))
            for part in self._parts
        ]
        empty = sparse.csr_array((0, self.width))
        matrix = sparse.csr_array(sparse.vstack([empty, *padded]))
        given = np.asarray(cost, dtype=np.float64)
        objective = np.zeros(self.width)
        objective[: given.size] = given
        nothing = np.zeros(0)
        return Model(
            objective,
            matrix.indptr,
            matrix.indices,
            matrix.data,
            np.concatenate([nothing, *self._lower]),
            np.concatenate([nothing, *self._upper]),
            self.lower,
            self.upper,
            np.zeros(self.width, dtype=np.bool_) if relaxed else self.integer,
            sense=sense,
        )

    def contradiction(self, seed: int = 0) -> InfeasibleError:
        """
        Return an error that names an irreducible set of rules: without any one it is feasible.

        Found by deletion: a rule is left out for good when the others still contradict each other.

        Parameters
        ----------
        seed
            Random seed of the solver.
        """
        model = self.model(np.zeros(self.width))
        engine = Engine(model, seed=seed)
        row_rule = np.concatenate([np.zeros(0, dtype=np.int64), *self._rule])
        low, high = np.asarray(model.row_lower), np.asarray(model.row_upper)
        kept: list[Rule] = []
        for number, rule in enumerate(self.rules):
            rows = np.flatnonzero(row_rule == number)
            engine.bound_rows(rows, -np.inf, np.inf)
            if engine.solve().outcome is not Outcome.INFEASIBLE:
                engine.bound_rows(rows, low[rows], high[rows])
                kept.append(rule)
        fixed = self._fixed(engine)
        problems = [rule.problem for rule in [*kept, *fixed]]
        head = Problem("placement_covering.contradiction", values={"number": len(problems)})
        return InfeasibleError([head, *problems])

    def _fixed(self, engine: Engine) -> list[Rule]:
        """Go on with the deletion over the sites that are fixed open or shut."""
        kept: list[Rule] = []
        sites = self.sites
        must, never = sites.required & ~sites.existing, sites.forbidden
        for kind, mask, low, high in (
            ("required", must, 1.0, 1.0),
            ("existing", sites.lower & ~must, 1.0, 1.0),
            ("forbidden", never, 0.0, 0.0),
        ):
            columns = np.flatnonzero(mask)
            if columns.size == 0:
                continue
            engine.bound_columns(columns, 0.0, 1.0)
            if engine.solve().outcome is Outcome.INFEASIBLE:
                continue
            needed: list[str] = []
            for column in columns.tolist():
                others = [c for c in columns.tolist() if c > column]
                engine.bound_columns([column], 0.0, 1.0)
                engine.bound_columns(others, low, high) if others else None
                if engine.solve().outcome is not Outcome.INFEASIBLE:
                    engine.bound_columns([column], low, high)
                    needed.append(sites.names[column])
            kept.extend(Rule(kind, name) for name in needed)
        return kept


def named(mask: BoolArray, names: tuple[str, ...]) -> str:
    """
    Return the first few names of a mask, for a message.

    Parameters
    ----------
    mask
        Shape (n_names,).
    names
        All names.
    """
    return few([names[at] for at in np.flatnonzero(mask).tolist()])
