"""The sheet holds every township whatever the size of the window it was printed from."""

import pytest

pytestmark = pytest.mark.browser


def test_labels_lie_on_the_sheet_from_any_window_and_unreported_stays_unreported(opened, pages):
    page = opened.open(pages["example"])
    for width, height in ((1920, 1080), (1366, 625), (480, 320)):
        page.emulate_media(media="screen")
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        page.emulate_media(media="print")
        inside = page.evaluate(
            "(() => { const f = document.getElementById('map_planner').getBoundingClientRect();"
            "return [f.width, [...document.querySelectorAll('g.label')].filter(l => {"
            "const r = l.getBoundingClientRect(); return r.left >= f.left && r.right <= f.right"
            " && r.top >= f.top && r.bottom <= f.bottom; }).length]; })()"
        )
        page.evaluate("window.dispatchEvent(new Event('afterprint'))")
        assert inside == [1054, 30]
    page.emulate_media(media="screen")
    for tally in page.evaluate(
        "coverplan.data.types.map(t => { const p = coverplan.model.presence(t.id,"
        " coverplan.state.chosen[t.id] || []); return [p.tallyWas.u, p.tally.u,"
        " p.tally.h + p.tally.n + p.tally.u]; })"
    ):
        assert tally[0] == tally[1]
        assert tally[2] == 30
    opened.check()
