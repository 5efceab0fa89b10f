"""How a typed time zone is understood."""

import pytest

from rollcall.domain.class_settings import is_zone, zone_named


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("Berlin", "Europe/Berlin"),
        ("new york", "America/New_York"),
        ("europe/MOSCOW", "Europe/Moscow"),
        ("Москва", "Europe/Moscow"),
        (" санкт-петербург ", "Europe/Moscow"),
        ("Нью-Йорк", "America/New_York"),
        ("Прага", "Europe/Prague"),
        ("St. Petersburg", "Europe/Moscow"),
        ("UTC", "UTC"),
        ("UTC+3", "Etc/GMT-3"),
        ("-5", "Etc/GMT+5"),
        ("мск+2", "Etc/GMT-5"),
    ],
)
def test_a_zone_is_known_by_its_name_its_city_or_its_distance_from_utc(typed: str, zone: str) -> None:
    assert zone_named(typed) == zone
    assert is_zone(zone)


@pytest.mark.parametrize("typed", ["", "3", "UTC+15", "Nowhere", "Louisville", "../../etc/passwd", "Europe"])
def test_what_is_no_zone_or_more_than_one_is_asked_for_again(typed: str) -> None:
    assert zone_named(typed) is None
