"""The bundled sample release: Lewis Hamilton's seasons from F1DB (https://github.com/f1db/f1db, CC BY 4.0).

`facts.json` holds the facts in a form of our own, `derive.py` makes it from a release, `build_sample_zip` expands it
into an F1DB-shaped ZIP. The sample's own driver has the totals of the real release; other drivers, teams and makers
have totals of the rows that the sample has, so that totals and rows agree everywhere.
"""

from localcloud.sample.archive import build_sample_zip
from localcloud.sample.unfilled import EMPTY_TABLES, UNFILLED

__all__ = ["EMPTY_TABLES", "UNFILLED", "build_sample_zip"]
