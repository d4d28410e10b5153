"""How a layer looks when QGIS opens it: QML made from the shapes and colours of the venue types."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement, tostring

__all__ = ["HATCHED", "Category", "Symbol", "categorized", "single"]

_QGIS_MARKERS = frozenset(
    {
        *("square", "trapezoid", "parallelogram_right", "parallelogram_left", "diamond", "shield"),
        *("octagon", "hexagon", "pentagon", "rounded_square", "square_with_corners", "star"),
        *("diamond_star", "heart", "arrow", "circle", "cross_fill", "triangle", "half_square"),
        *("left_half_triangle", "right_half_triangle", "filled_arrowhead", "semi_circle"),
        *("third_circle", "quarter_circle", "quarter_square", "diagonal_half_square"),
        *("asterisk_fill", "decagon", "equilateral_triangle"),
    }
)
_MARKERS = {
    "cross": "cross_fill",
    "plus": "cross_fill",
    "ring": "circle",
    "house": "decagon",
    "flag": "equilateral_triangle",
    "drop": "shield",
    "hourglass": "diamond_star",
    "triangle_down": "triangle",
    "half_circle": "semi_circle",
}
"""What stands in for a shape that QGIS has no marker for; the colour still tells them apart."""
HATCHED = "hatched"


@dataclass(frozen=True, slots=True)
class Symbol:
    """
    How one kind of feature is drawn.

    Parameters
    ----------
    geometry
        `"fill"`, `"line"` or `"marker"`.
    colour
        `#rrggbb`; `""` draws no filling.
    outline
        `#rrggbb` of the border.
    width
        Width of the line or border. [mm]
    dashed
        Whether the line or border is dashed, as approximate boundaries are.
    shape
        Shape of a marker, in the words of the venue types, or `HATCHED` for a fill.
    size
        Size of a marker. [mm]
    """

    geometry: str
    colour: str = ""
    outline: str = "#444444"
    width: float = 0.26
    dashed: bool = False
    shape: str = "circle"
    size: float = 3.0


@dataclass(frozen=True, slots=True)
class Category:
    """One value of the field that a layer is coloured by, with its label and symbol."""

    value: str
    label: str
    symbol: Symbol


def single(symbol: Symbol, *, label: str = "", aliases: Mapping[str, str] | None = None) -> str:
    """
    Return the QML of a layer whose features all look the same.

    Parameters
    ----------
    symbol
        How they look.
    label
        Field to label features with; `""` for none.
    aliases
        Field name -> what QGIS shows as its header.
    """
    root, renderer = _document("singleSymbol", {})
    symbols = SubElement(renderer, "symbols")
    _symbol(symbols, "0", symbol)
    return _text(root, label, aliases or {})


def categorized(
    field: str,
    categories: Sequence[Category],
    *,
    label: str = "",
    aliases: Mapping[str, str] | None = None,
) -> str:
    """
    Return the QML of a layer that is coloured by the values of a field.

    Parameters
    ----------
    field
        The field.
    categories
        Its values, in the order of the legend.
    label
        As `single`.
    aliases
        As `single`.
    """
    root, renderer = _document("categorizedSymbol", {"attr": field})
    rows = SubElement(renderer, "categories")
    symbols = SubElement(renderer, "symbols")
    for number, category in enumerate(categories):
        attributes = {
            "symbol": str(number),
            "value": category.value,
            "label": category.label,
            "render": "true",
            "type": "string",
        }
        SubElement(rows, "category", attributes)
        _symbol(symbols, str(number), category.symbol)
    return _text(root, label, aliases or {})


def _document(kind: str, attributes: Mapping[str, str]) -> tuple[Element, Element]:
    root = Element("qgis", {"version": "3.22.0", "styleCategories": "Symbology|Labeling|Fields"})
    about = {"type": kind, "enableorderby": "0", "forceraster": "0", "symbollevels": "0"}
    return root, SubElement(root, "renderer-v2", {**about, **attributes})


def _symbol(parent: Element, name: str, symbol: Symbol) -> None:
    about = {"type": symbol.geometry, "name": name, "alpha": "1", "clip_to_extent": "1"}
    node = SubElement(parent, "symbol", {**about, "force_rhr": "0"})
    if symbol.geometry == "line":
        _layer(node, "SimpleLine", _line(symbol, symbol.colour or symbol.outline))
    elif symbol.geometry == "marker":
        _layer(node, "SimpleMarker", _marker(symbol))
    elif symbol.shape == HATCHED:
        _layer(node, "SimpleFill", _fill(symbol, ""))
        pattern = {"angle": "45", "distance": "1.6", "distance_unit": "MM", "color": "0,0,0,255"}
        layer = _layer(node, "LinePatternFill", pattern)
        inner = SubElement(layer, "symbol", {"type": "line", "name": f"@{name}@1", "alpha": "1"})
        _layer(inner, "SimpleLine", _line(Symbol("line", width=0.2), symbol.colour))
    else:
        _layer(node, "SimpleFill", _fill(symbol, symbol.colour))


def _line(symbol: Symbol, colour: str) -> dict[str, str]:
    return {
        "line_color": _rgba(colour),
        "line_width": str(symbol.width),
        "line_width_unit": "MM",
        "line_style": "dash" if symbol.dashed else "solid",
        "capstyle": "round",
        "joinstyle": "round",
    }


def _fill(symbol: Symbol, colour: str) -> dict[str, str]:
    return {
        "color": _rgba(colour),
        "style": "solid" if colour else "no",
        "outline_color": _rgba(symbol.outline),
        "outline_style": "dash" if symbol.dashed else "solid",
        "outline_width": str(symbol.width),
        "outline_width_unit": "MM",
    }


def _marker(symbol: Symbol) -> dict[str, str]:
    return {
        "name": _marker_name(symbol.shape),
        "angle": "180" if symbol.shape == "triangle_down" else "0",
        "color": _rgba(symbol.colour or "#ffffff"),
        "outline_color": _rgba(symbol.outline),
        "outline_style": "solid",
        "outline_width": str(symbol.width),
        "outline_width_unit": "MM",
        "size": str(symbol.size),
        "size_unit": "MM",
    }


def _marker_name(shape: str) -> str:
    return shape if shape in _QGIS_MARKERS else _MARKERS.get(shape, "circle")


def _layer(parent: Element, kind: str, options: Mapping[str, str]) -> Element:
    layer = SubElement(parent, "layer", {"class": kind, "enabled": "1", "locked": "0", "pass": "0"})
    # QGIS from 3.26 reads Option, older versions read prop
    group = SubElement(layer, "Option", {"type": "Map"})
    for name, value in sorted(options.items()):
        SubElement(group, "Option", {"type": "QString", "name": name, "value": value})
    for name, value in sorted(options.items()):
        SubElement(layer, "prop", {"k": name, "v": value})
    return layer


def _text(root: Element, label: str, aliases: Mapping[str, str]) -> str:
    if label:
        labelling = SubElement(root, "labeling", {"type": "simple"})
        settings = SubElement(labelling, "settings")
        style = {"fieldName": label, "fontSize": "8", "fontSizeUnit": "Point", "isExpression": "0"}
        text = SubElement(settings, "text-style", {**style, "textColor": "0,0,0,255"})
        buffer = {"bufferDraw": "1", "bufferSize": "0.8", "bufferSizeUnits": "MM"}
        SubElement(text, "text-buffer", {**buffer, "bufferColor": "255,255,255,255"})
    if aliases:
        names = SubElement(root, "aliases")
        for number, (field, alias) in enumerate(aliases.items()):
            SubElement(names, "alias", {"index": str(number), "field": field, "name": alias})
    head = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
    return head + tostring(root, encoding="unicode")


def _rgba(colour: str) -> str:
    if not colour:
        return "0,0,0,0"
    number = int(colour.lstrip("#"), 16)
    return f"{number >> 16 & 255},{number >> 8 & 255},{number & 255},255"
