import pytest

from coverplan.errors import InputError, Problem, TableError, Where
from coverplan.text import LANGUAGES, catalogue, say


def test_every_message_stands_in_both_languages():
    assert all(set(message) == set(LANGUAGES) for message in catalogue().values())
    assert len(catalogue()) > 3


def test_an_error_speaks_chinese_first_then_english_and_names_the_place():
    error = TableError([Problem("where.row", Where(file="a.csv", row=3), values={"row": 9})])
    assert str(error) == "a.csv，第 3 行：第 9 行\na.csv, row 3: row 9"
    assert isinstance(error, InputError)
    assert isinstance(error, ValueError)


def test_a_template_that_lacks_its_value_is_an_error_not_a_gap_in_the_sentence():
    with pytest.raises(KeyError):
        say("where.row", "en")
