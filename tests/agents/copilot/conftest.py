"""A furnished home as the door's tests use it, asked through the use cases."""

from tests.api.conftest import door, furnished_home, home

__all__ = ["door", "furnished_home", "home"]
