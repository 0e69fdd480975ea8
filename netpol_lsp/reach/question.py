"""What someone asks: FROM and TO[:PORT] as people write them, and what is wrong with a question that has no answer."""

from __future__ import annotations

from netpol_lsp.reach.answer import Answer, answer
from netpol_lsp.reach.engine import Engine
from netpol_lsp.reach.names import Named, Names
from netpol_lsp.reach.ports import EVERY_PORT, AskedPort, PortProblem, parse_port

_PREFIXES = frozenset({"svc", "ip", "cidr", "service", "pod", "ns", "namespace", "host"})
_FEW = 4


class QuestionProblem(ValueError):  # noqa: N818 - it is a sentence for the user
    """A question that means nothing. `candidates`: names that someone may have meant, when a name is the reason."""

    def __init__(self, message: str, candidates: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.candidates = candidates


def ask_why(engine: Engine, names: Names, source: str, destination: str, port: str | None = None) -> Answer:
    """The answer to `FROM TO[:PORT]`; raises QuestionProblem."""
    name, asked = parse_destination(names, destination, port)
    from_end, to_end = find_name(names, source), find_name(names, name)
    if from_end.addresses is not None and to_end.addresses is not None:
        message = "both ends are addresses outside the cluster: policies say nothing about them"
        raise QuestionProblem(message)
    found = answer(engine, from_end, to_end, asked)
    if not found.answered:
        message = "the names mean no pair of different pods"
        raise QuestionProblem(message)
    return found


def parse_destination(names: Names, text: str, port: str | None = None) -> tuple[str, AskedPort]:
    """The name and the port of `TO[:PORT]`: the longest part that means something is the name. Raises QuestionProblem."""
    if port is not None:
        return text, _port(port)
    head, colon, tail = text.rpartition(":")
    if not colon or head in _PREFIXES or not names.find(text).is_nothing:
        return text, EVERY_PORT
    return head, _port(tail)


def find_name(names: Names, text: str) -> Named:
    """What a name means; raises QuestionProblem when that is nothing."""
    found = names.find(text)
    if found.is_nothing:
        raise QuestionProblem(no_such_name(found), found.candidates)
    return found


def no_such_name(named: Named) -> str:
    """What to say of a name that means nothing."""
    message = f"{named.text}: {named.problem}"
    if named.candidates:
        is_few = len(named.candidates) < _FEW
        word = "did you mean" if is_few else "known are"
        message += f"; {word} {', '.join(named.candidates)}" + ("?" if is_few else "")
    return message


def _port(text: str) -> AskedPort:
    try:
        return parse_port(text)
    except PortProblem as problem:
        raise QuestionProblem(str(problem)) from None
