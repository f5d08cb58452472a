"""What a command makes of a page replaces what it made before, and nothing else."""

from __future__ import annotations

import pytest

from tests.made_sections import section, with_section

MARKS = ("<!-- made -->", "<!-- end -->")


def test_only_the_section_is_made_anew_when_a_page_has_both_marks() -> None:
    page = "# Title\n\n<!-- made -->\nold\n<!-- end -->\n\n## After\n"
    assert (
        with_section(page, MARKS, section(MARKS, "new"))
        == "# Title\n\n<!-- made -->\n\nnew\n\n<!-- end -->\n\n## After\n"
    )


@pytest.mark.parametrize(
    "page", ["# Title\n", "<!-- made -->\nold\n", "old\n<!-- end -->\n", "<!-- end --><!-- made -->"]
)
def test_a_page_is_refused_when_it_lacks_a_mark(page: str) -> None:
    with pytest.raises(ValueError, match=r"^the page lacks <!-- made --> or <!-- end -->$"):
        with_section(page, MARKS, section(MARKS, "new"))
