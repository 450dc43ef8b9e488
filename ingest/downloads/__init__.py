"""Downloads: public releases fetched whole, checked and resumable, for the readers beside.

``releases/`` says where each release is, in one file per release; `registry` reads them, `transfer` fetches
one file and goes on where it stopped, `fetch` a release, and `drift` says when a file is not the one known.
"""

from __future__ import annotations
