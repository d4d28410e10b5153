"""What the page needs to take rows: the headers and words that the tables are known by."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from coverplan.answers import ANSWERS, STATUSES
from coverplan.schema import ASKED_SEATS, ASKED_VILLAGES, REPORTS, VENUES, TableContract

__all__ = ["intake_words"]

REPORT_COLUMNS = ("township", "type", "answer")
VENUE_COLUMNS = (
    *("id", "place_id", "name", "type", "township", "village", "status"),
    *("opened_on", "closed_on", "lon", "lat"),
)


@cache
def intake_words() -> dict[str, Any]:
    """
    Return, for the tables the page takes, how columns and choices may be written.

    Returns
    -------
    dict
        `reports`, `venues`, `asked_seats`, `asked_villages`: column → headers it is known by, the
        canonical name first;
        `answers` and `statuses`: canonical word → its other spellings.
    """
    return {
        "reports": _headers(REPORTS, REPORT_COLUMNS),
        "venues": _headers(VENUES, VENUE_COLUMNS),
        "asked_seats": _headers(ASKED_SEATS, ("from_code9", "to_code9", "minutes")),
        "asked_villages": _headers(ASKED_VILLAGES, ("code12", "minutes")),
        "answers": {word: list(others) for word, others in ANSWERS.items()},
        "statuses": {word: list(others) for word, others in STATUSES.items()},
    }


def _headers(contract: TableContract, names: tuple[str, ...]) -> dict[str, list[str]]:
    aliases = tomllib.loads(
        files("coverplan.intake").joinpath("headers.toml").read_text(encoding="utf-8")
    )
    chinese = {column.name: column.zh for column in contract.columns}
    own, general = aliases.get(contract.name, {}), aliases["any"]
    return {
        name: list(dict.fromkeys([name, chinese[name], *own.get(name, ()), *general.get(name, ())]))
        for name in names
    }
