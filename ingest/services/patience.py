"""Patience: a request is asked again where the server is busy, and told in one line where that is no use."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from connectome_analysis.tables import ContractError

from ..asked_again import LATER, LONGEST_WAIT_S, TRIES, retry_after

Answer = TypeVar("Answer")

# Secrets that a client may put into its messages: in addresses, headers and cookies.
_SECRETS = re.compile(
    r"(?i)((?:middle_auth_token|access_token|token|authorization)['\"]?\s*[=:]\s*['\"]?(?:bearer\s+)?"
    r"|bearer\s+)[^\s'\"&,;]+"
)


@dataclass
class Patience:
    """How requests to one service are made.

    Attributes
    ----------
    service : str
        Its name, for messages.
    token_help : str
        How a token is had, told where the server takes none.
    say : callable
        Told in words when it waits.
    sleep : callable
        For tests.
    """

    service: str
    token_help: str
    say: Callable[[str], None] = lambda _: None
    sleep: Callable[[float], None] = time.sleep

    def ask(self, what: str, request: Callable[[], Answer]) -> Answer:
        """Make a request until it is answered.

        Parameters
        ----------
        what : str
            What is asked for, for messages.
        request : callable

        Raises
        ------
        ContractError
            Where the token is refused, the thing is not there, or the server never answers.
        """
        import requests

        for failed in range(1, TRIES + 1):
            try:
                return request()
            except Exception as error:
                response = getattr(error, "response", None)
                code = getattr(response, "status_code", None)
                wait = None
                if type(error).__name__ == "AuthException" or code in (401, 403):
                    raise self._refused(code) from None
                if code in LATER:
                    reason = f"the server answers {code}"
                    wait = retry_after(getattr(response, "headers", {}))
                elif isinstance(error, (requests.ConnectionError, requests.Timeout)):
                    reason = "the server does not answer"
                elif isinstance(error, requests.RequestException):
                    msg = f"{self.service}: {what} cannot be had ({self.in_words(error)})."
                    raise ContractError(msg) from None
                else:
                    raise
                if failed == TRIES:
                    msg = f"{self.service}: {what} cannot be had: {reason}, {TRIES} times in a row."
                    raise ContractError(msg) from None
                pause = min(wait if wait is not None else 2.0 ** (failed - 1), LONGEST_WAIT_S)
                self.say(f"{self.service}: {reason} ({what}); again in {pause:.0f} s")
                self.sleep(pause)
        raise AssertionError

    def _refused(self, code: int | None) -> ContractError:
        number = f" ({code})" if code else ""
        msg = f"{self.service} does not take your token{number}. {self.token_help}"
        return ContractError(msg)

    def in_words(self, error: BaseException) -> str:
        """What an error says, in one line and without a token."""
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        said = lines[-1] if lines and lines[0].startswith("Error accessing") else (lines or [""])[0]
        return without_secrets(said)[:200].rstrip(".") or type(error).__name__


def without_secrets(text: str) -> str:
    """Take tokens out of a text.

    Examples
    --------
    >>> without_secrets("GET https://x/y?middle_auth_token=abc123&v=1 Authorization: Bearer xyz")
    'GET https://x/y?middle_auth_token=***&v=1 Authorization: Bearer ***'
    """
    return _SECRETS.sub(lambda found: f"{found[1]}***", text)
