import os
from pathlib import Path

import pytest

from cases.errors import InputError
from formats import chart_files
from formats.chart_files import read_files


def test_files_come_in_a_fixed_order_and_hidden_ones_not_at_all(tmp_path: Path) -> None:
    for name in ("b.txt", "a/z.txt", "a/y.txt", ".hidden.txt", ".git/config"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    files, refusals = read_files([tmp_path])
    assert [file.name for file in files] == ["b.txt", "a/y.txt", "a/z.txt"]
    assert not refusals


def test_a_link_to_outside_is_refused_and_one_to_inside_read_once(tmp_path: Path) -> None:
    folder, outside = tmp_path / "chart", tmp_path / "other"
    folder.mkdir()
    outside.mkdir()
    (outside / "secret.txt").write_text("another patient")
    (folder / "note.txt").write_text("note")
    (folder / "again.txt").symlink_to(folder / "note.txt")
    (folder / "leak.txt").symlink_to(outside / "secret.txt")
    (folder / "leaks").symlink_to(outside)
    (folder / "loop").symlink_to(folder)
    files, refusals = read_files([folder])
    assert [file.content for file in files] == [b"note"]
    assert [(item.file, item.reason) for item in refusals] == [
        ("leak.txt", "is a link to outside the folder"),
        ("leaks", "is a link to outside the folder"),
    ]


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "note.txt").write_text("note")
    files, refusals = read_files([tmp_path])
    assert [file.name for file in files] == ["note.txt"]
    assert [(item.file, item.reason) for item in refusals] == [("pipe", "is not a regular file")]


def test_a_broken_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "gone.txt").symlink_to(tmp_path / "nowhere.txt")
    assert [item.reason for item in read_files([tmp_path])[1]] == ["cannot be read (FileNotFoundError)"]


def test_a_file_beyond_the_limit_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "huge.txt").open("wb") as handle:
        handle.truncate(chart_files.MAX_FILE_BYTES + 1)
    assert "is larger than" in read_files([tmp_path])[1][0].reason


def test_a_file_given_twice_is_read_once_and_equal_names_stay_apart(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "note.txt").write_text(folder)
    files, _ = read_files([tmp_path / "one", tmp_path / "one" / "note.txt", tmp_path / "two"])
    assert [(file.name, file.content) for file in files] == [("note.txt", b"one"), ("two/note.txt", b"two")]


def test_a_name_that_is_not_unicode_is_shown_all_the_same(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"caf\xe9.txt")).write_text("note")
    assert read_files([tmp_path])[0][0].name == "caf�.txt"


def test_a_missing_path_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file or folder"):
        read_files([tmp_path / "nowhere"])
