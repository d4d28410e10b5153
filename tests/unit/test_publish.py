"""Publish profiles: what leaves, and that no contact does."""

import re
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coverplan.report.publish import PROFILES, published, without_contacts
from coverplan.report.read_run import read_run
from coverplan.report.run_folder import write
from small_result import small_result


@pytest.mark.parametrize(
    "contact",
    [
        "13812345678",
        "138 1234 5678",
        "138-1234-5678",
        "+8613812345678",
        "+86 138 1234 5678",
        "023-70605678",
        "02370605678",
        "(023)70605678",
        "512301197001011234",
        "51230119700101123X",
        "wang.li@example.com",
        "138.1234.5678",
        "138—1234—5678",
        "１３８１２３４５６７８",
        "512301700101123",
    ],
)
def test_a_contact_is_blotted_out_wherever_it_stands_in_a_text(contact):
    for text in (contact, f"电话{contact}，勿外传", f"王主任 {contact}"):
        digits = re.sub(r"\D", "", contact) or contact
        clean = without_contacts(text)
        assert contact not in clean
        assert digits not in re.sub(r"[- ]", "", clean)


@pytest.mark.parametrize("text", ["统计系1234567人", "坐标系 4545000", "体系：12345678"])
def test_a_number_behind_a_word_that_only_ends_like_a_telephone_stays(text):
    assert without_contacts(text) == text


@pytest.mark.parametrize("text", ["电话70605678", "座机：7060567", "联系 70605678"])
def test_a_landline_without_its_area_code_is_known_by_the_word_before_it(text):
    assert "〔略〕" in without_contacts(text)


@pytest.mark.parametrize(
    "text",
    [
        "135.12345678",
        "70605678 元",
        "500230001001",
        "500230001",
        "2025-12-31",
        "107.734512",
        "渝科协〔2024〕3号",
        "649182 人",
        "a" * 64,
    ],
)
def test_codes_dates_figures_and_hashes_are_no_contacts(text):
    assert without_contacts(text) == text


@given(st.from_regex(r"\A1[3-9][0-9]{9}\Z"), st.text("甲乙：，。 ", max_size=5))
def test_no_mobile_number_survives_between_chinese_words(number, around):
    assert number not in without_contacts(f"{around}{number}{around}")


@pytest.mark.parametrize("profile", PROFILES)
def test_no_profile_lets_a_phone_number_out(profile):
    result = published(small_result(), profile)
    for name, frame in result.frames().items():
        text = frame.to_csv()
        assert "13812345678" not in text, name
        assert "70605678" not in text, name


def test_a_contact_column_leaves_in_no_profile():
    result = small_result()
    result.venues["contact"] = "王主任"
    result.venues["联系电话"] = "—"
    for profile in PROFILES:
        assert not {"contact", "联系电话"} & set(published(result, profile).venues.columns)


def test_what_the_county_keeps_to_itself_is_whole_under_internal_and_short_elsewhere():
    assert "evidence" in published(small_result(), "internal").venues
    meeting = published(small_result(), "meeting").venues
    assert not {"evidence", "note"} & set(meeting.columns)
    assert "cost_yuan" in meeting
    assert "cost_yuan" not in published(small_result(), "public").venues


def test_public_draws_no_administrative_lines():
    result = published(small_result(), "public")
    assert result.outline is None
    assert set(result.townships.geom_type) == {"Point"}


def test_an_unknown_profile_is_refused():
    with pytest.raises(ValueError, match="profile"):
        published(small_result(), "everyone")


@pytest.mark.parametrize("profile", PROFILES)
def test_a_whole_run_folder_leaves_under_every_profile_without_a_contact(tmp_path, profile):
    folder = write(small_result(profile=profile), tmp_path / "run", page=None)
    for path in sorted(folder.rglob("*")):
        content = path.read_bytes() if path.is_file() else b""
        if path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as book:
                content = b"".join(book.read(name) for name in book.namelist())
        assert b"13812345678" not in content, path.name
        assert b"70605678" not in content, path.name
    again = read_run(folder)
    assert again.plan.publish.profile == profile
    assert (again.outline is None) == (profile == "public")
