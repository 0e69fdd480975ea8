"""What an answer was read from: each thread records for itself."""

import threading

from netpol_lsp.workspace.reads import READS, remember


def test_another_thread_takes_nothing_and_adds_nothing() -> None:
    """The server makes pages in a thread while rules run: a read that is lost there would leave a finding stale."""
    recording, noted = threading.Event(), threading.Event()
    elsewhere: list[frozenset[object]] = []

    def work() -> None:
        with READS.recording() as found:
            READS.note("workloads", "theirs")
            recording.set()
            noted.wait(10)
        elsewhere.append(frozenset(found))

    thread = threading.Thread(target=work)
    with READS.recording() as found:
        READS.note("workloads", "before")
        thread.start()
        recording.wait(10)
        READS.note("workloads", "during")
        noted.set()
        thread.join(10)
        READS.note("workloads", "after")
    assert found == {("workloads", "before"), ("workloads", "during"), ("workloads", "after")}
    assert elsewhere == [{("workloads", "theirs")}]


def test_a_remembered_answer_passes_on_what_it_was_read_from() -> None:
    results: dict[str, tuple[int, frozenset[tuple[str, object]]]] = {}

    def compute() -> int:
        READS.note("namespaces", "shop")
        return 1

    for _ in range(2):
        with READS.recording() as found:
            assert remember(results, "key", compute) == 1
        assert found == {("namespaces", "shop")}
