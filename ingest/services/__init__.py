"""Services: a part of a release asked of a live server through its own client.

An adapter asks in pages, saves what it gets in a folder in the form of that service's files, and hands the folder
to the reader of those files, which does the rest: a table asked for today and one downloaded meet the same rules.
"""

from __future__ import annotations
