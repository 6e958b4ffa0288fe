"""Being reachable: REGISTER, the answer to its challenge, and again before it lapses (RFC 3261, 10.2 and 22).

One non-INVITE transaction over UDP (17.1.2) at a time. Whatever goes wrong has a code that says what to do, and is
tried again; slowly where a person must do something first, for a gateway locks out who tries often.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from terminal.protocol.datagrams import Datagram
from terminal.protocol.sip import MAGIC, Response, Tokens, write
from terminal.protocol.sip_account import EXPIRES_MAX_S, SipLine
from terminal.protocol.sip_digest import Challenge, Credentials, authorization, read_challenge

NO_ANSWER: Final = "device.caller_id.no_answer"
REFUSED: Final = "device.caller_id.refused"
NO_DIGEST: Final = "device.caller_id.no_digest"
SERVER_TROUBLE: Final = "device.caller_id.server_trouble"

T1_S, T2_S = 0.5, 4.0  # RFC 3261, 17: first and longest pause before a request is sent again
TIMER_F_S: Final = 64 * T1_S  # after which it is given up
CHALLENGES_MAX = 3  # in one attempt; stale nonces included
REFRESH_MAX_S = 120.0  # a gateway that was switched off has forgotten us, and nobody else would notice
REFRESH_MIN_S = 15.0
RETRY_FIRST_S, RETRY_MAX_S = 5.0, 60.0
REFUSED_RETRY_S = 180.0  # three times in ten minutes: below what usual guards count as an attack


@dataclass(frozen=True, slots=True)
class Outcome:
    """``code``: empty when registered, else what is wrong."""

    code: str


class Registration:
    """``due_at``: when :meth:`tick` wants to be called. ``wants_line``: it is time to begin afresh."""

    def __init__(self) -> None:
        self.due_at: float | None = None
        self.wants_line = False
        self._line: SipLine | None = None
        self._tokens = Tokens(b"")
        self._call_id, self._tag, self._branch = "", "", ""
        self._cseq = 0
        self._expires_s = 0
        self._challenge: Challenge | None = None
        self._answers = 0  # to this challenge: its nonce count
        self._challenges = 0  # in this attempt
        self._request: Datagram | None = None  # under way
        self._pause_s = T1_S
        self._give_up_at = 0.0
        self._retry_s = RETRY_FIRST_S

    def stop(self) -> None:
        """The link is gone."""
        self.due_at = None
        self.wants_line = False
        self._line = self._request = None
        self._retry_s = RETRY_FIRST_S

    def begin(self, line: SipLine, now: float) -> list[Datagram]:
        """Register for the first time, or afresh."""
        self._line = line
        self.wants_line = False
        self._tokens = Tokens(line.seed)
        self._call_id, self._tag = self._tokens.fresh(), self._tokens.fresh()
        self._cseq = 0
        self._expires_s = line.expires_s
        self._challenge = None
        return self._attempt(now)

    def tick(self, now: float) -> tuple[list[Datagram], Outcome | None]:
        """Send again, give up, refresh, or ask for the line."""
        if self.due_at is None or now < self.due_at:
            return [], None
        if self._line is None:
            self.wants_line = True
            self.due_at = now + RETRY_MAX_S
            return [], None
        if self._request is None:
            return self._attempt(now), None
        if now >= self._give_up_at:
            return [], self._fail(NO_ANSWER, now)
        self._pause_s = min(self._pause_s * 2, T2_S)
        self.due_at = min(now + self._pause_s, self._give_up_at)
        return [self._request], None

    def heard(self, response: Response, now: float) -> tuple[list[Datagram], Outcome | None]:
        """An answer; those to anything but the request under way are dropped."""
        via = response.via
        if self._line is None or self._request is None or via is None or via.branch != self._branch:
            return [], None
        if response.call_id != self._call_id or response.cseq != (self._cseq, "REGISTER"):
            return [], None
        match response.status:
            case status if status < 200:
                return [], None
            case status if status < 300:
                return [], self._registered(response, now)
            case 401 | 407:
                return self._challenged(response, now)
            case 423:
                return self._too_brief(response, now)
            case 403 | 404:
                return [], self._fail(REFUSED, now)
        return [], self._fail(SERVER_TROUBLE, now, _seconds(response.first("retry-after")))

    # --- answers ---------------------------------------------------------------------------------------------

    def _registered(self, response: Response, now: float) -> Outcome:
        self._request = None
        self._retry_s = RETRY_FIRST_S
        granted_s = self._granted_s(response)
        self.due_at = now + max(min(granted_s / 2, REFRESH_MAX_S), REFRESH_MIN_S)
        return Outcome("")

    def _granted_s(self, response: Response) -> int:
        """What the registrar grants our own contact; it may list those of others (10.2.4)."""
        own = self._contact()
        for contact in response.addresses("contact"):
            if contact.uri.startswith(own):
                seconds = _seconds(contact.parameters.get("expires", ""))
                if seconds is not None:
                    return seconds
        seconds = _seconds(response.first("expires"))
        return self._expires_s if seconds is None else seconds

    def _challenged(self, response: Response, now: float) -> tuple[list[Datagram], Outcome | None]:
        challenge = read_challenge(response)
        if challenge is None:
            return [], self._fail(NO_DIGEST, now)
        self._challenges += 1
        is_second_no = self._challenges > 1 and not challenge.is_stale
        if is_second_no or self._challenges > CHALLENGES_MAX:
            return [], self._fail(REFUSED, now)
        self._challenge, self._answers = challenge, 0
        return [self._send(now)], None

    def _too_brief(self, response: Response, now: float) -> tuple[list[Datagram], Outcome | None]:
        seconds = _seconds(response.first("min-expires"))
        if seconds is None or not self._expires_s < seconds <= EXPIRES_MAX_S:
            return [], self._fail(SERVER_TROUBLE, now)
        self._expires_s = seconds
        return [self._send(now)], None

    def _fail(self, code: str, now: float, wished_s: int | None = None) -> Outcome:
        self._request = None
        self._line = None  # it is asked for again: whoever mends the settings need not restart anything
        pause_s = REFUSED_RETRY_S if code in (REFUSED, NO_DIGEST) else max(self._retry_s, min(wished_s or 0, 600))
        self._retry_s = min(self._retry_s * 2, RETRY_MAX_S)
        self.due_at = now + pause_s
        return Outcome(code)

    # --- the request -----------------------------------------------------------------------------------------

    def _attempt(self, now: float) -> list[Datagram]:
        self._challenges = 0
        return [self._send(now)]

    def _send(self, now: float) -> Datagram:
        """A new request: another sequence number, another branch (22.2)."""
        self._cseq += 1
        self._branch = MAGIC + self._tokens.fresh()
        assert self._line is not None
        self._request = Datagram(self._line.registrar, self._compose(self._line))
        self._pause_s = T1_S
        self._give_up_at = now + TIMER_F_S
        self.due_at = now + T1_S
        return self._request

    def _compose(self, line: SipLine) -> bytes:
        uri = f"sip:{line.domain}"
        own = f"<sip:{line.user}@{line.domain}>"
        headers = [
            ("Via", f"SIP/2.0/UDP {line.local.host}:{line.local.port};rport;branch={self._branch}"),
            ("Max-Forwards", "70"),
            ("From", f"{own};tag={self._tag}"),
            ("To", own),
            ("Call-ID", self._call_id),
            ("CSeq", f"{self._cseq} REGISTER"),
            ("Contact", f"<{self._contact()}>"),
            ("Expires", str(self._expires_s)),
        ]
        if self._challenge is not None:
            self._answers += 1  # a nonce that is used again counts (RFC 2617, 3.2.2)
            who = Credentials(line.auth_user, line.password)
            nonce = self._tokens.fresh()
            headers.append(authorization(self._challenge, who, "REGISTER", uri, self._answers, nonce))
        return write(f"REGISTER {uri} SIP/2.0", headers)

    def _contact(self) -> str:
        assert self._line is not None
        return f"sip:{self._line.user}@{self._line.local.host}:{self._line.local.port}"


def _seconds(text: str) -> int | None:
    """A number of seconds as headers give it; None for anything else."""
    digits = text.split(";")[0].split("(")[0].strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else None
