"""Readers of published covering instances: OR-Library scp, Lorena's São José, San Francisco."""

import csv
from pathlib import Path

import numpy as np

from support import shared


def set_cover(name: str):
    """Return (covering matrix of bool, cost of each column) of an OR-Library scp instance."""
    numbers = np.array(shared("bench", "scp", f"{name}.txt").read_text().split(), dtype=np.int64)
    rows, columns = int(numbers[0]), int(numbers[1])
    cost = numbers[2 : 2 + columns].astype(float)
    covers = np.zeros((rows, columns), dtype=bool)
    at = 2 + columns
    for row in range(rows):
        count = int(numbers[at])
        covers[row, numbers[at + 1 : at + 1 + count] - 1] = True
        at += 1 + count
    if at != numbers.size:
        raise ValueError(f"{name}: {numbers.size - at} numbers are left over")
    return covers, cost


def sao_jose():
    """Return (distances [m], demand) of SJC324: every point is a candidate."""
    numbers = np.array(shared("bench", "sjc", "SJC324.txt").read_text().split(), dtype=float)
    place = numbers[1:].reshape(int(numbers[0]), 2)
    demand = np.array(shared("bench", "sjc", "demand-SJC324.dat").read_text().split(), dtype=float)
    demand = demand[-len(place) :]
    return np.hypot(*(place[:, None] - place[None]).transpose(2, 0, 1)), demand


def san_francisco():
    """Return (network metres, shape (205, 16); demand; tract ids) of the spopt example."""
    folder = shared("bench", "spopt_sf")
    path = folder / "SF_network_distance_candidateStore_16_censusTract_205_new.csv"
    with path.open(encoding="utf-8", newline="") as file:
        entries = list(csv.DictReader(file))
    stores = sorted({entry["name"] for entry in entries}, key=lambda name: int(name.split("_")[1]))
    tracts = sorted({entry["DestinationName"] for entry in entries})
    metres = np.full((len(tracts), len(stores)), np.inf)
    demand = np.zeros(len(tracts))
    for entry in entries:
        tract = tracts.index(entry["DestinationName"])
        metres[tract, stores.index(entry["name"])] = float(entry["distance"])
        demand[tract] = float(entry["demand"])
    return metres, demand, tracts


def optima(folder: str) -> list[dict[str, str]]:
    """Return the rows of a folder's optima.csv."""
    path: Path = shared("bench", folder, "optima.csv")
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
