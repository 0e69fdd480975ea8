"""Programs that answer one question after the other: with the limits that each answer has, and none lost but by its own fault."""

from __future__ import annotations

import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from netpol_lsp.sources import helm, workers
from netpol_lsp.sources.programs import Limits
from netpol_lsp.sources.workers import Workers
from tests.charts import needs_helm
from tests.sources.conftest import a_chart, chart

PROGRAM = """
import os, sys, time
for line in sys.stdin:
    what, _, text = line.strip().partition(" ")
    if what == "end":
        sys.exit("the end of it")
    if what == "hang":
        time.sleep(600)
    if what == "much":
        print("x" * 100_000)
    if what == "late-end":
        print(os.getpid(), flush=True)
        os._exit(3)
    print(os.getpid(), text, sorted(os.listdir(os.environ["HOME"])), "SECRET_TOKEN" in os.environ, flush=True)
"""


@pytest.fixture
def crew(tmp_path, monkeypatch):
    """Workers that run the program above, and the processes that were started."""
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    started = []

    def start(*arguments, real=workers.start_program):
        started.append(real(*arguments))
        return started[-1]

    monkeypatch.setattr(workers, "start_program", start)
    monkeypatch.setenv("SECRET_TOKEN", "x")
    with Workers([sys.executable, "-I", str(program)]) as made:
        yield made, started
    assert all(process.returncode is not None for process in started)


def answer(crew, question, **limits):
    done = crew.ask(question.encode(), Limits(**limits))
    return done.failure or done.output.decode().split(" ", 1)[1]


def test_one_process_answers_one_question_after_the_other(crew):
    made, started = crew
    assert [answer(made, f"say {number}") for number in range(5)] == [f"{number} [] False" for number in range(5)]
    assert len(started) == 1


def test_a_question_that_ends_the_process_is_lost_alone(crew):
    made, started = crew
    assert answer(made, "say 1") == "1 [] False"
    done = made.ask(b"end")
    assert (done.failure, done.complaint.strip()) == ("failed", "the end of it")
    assert answer(made, "say 2") == "2 [] False"
    # It was tried again alone: who asked before may have been at fault.
    assert len(started) == 3


def test_what_ends_after_its_answer_costs_the_next_one_nothing(crew):
    made, started = crew
    assert made.ask(b"late-end").failure is None
    assert answer(made, "say 1") == "1 [] False"
    assert len(started) == 2


def test_limits_are_those_of_each_question(crew):
    made, started = crew
    assert answer(made, "hang", seconds=0.3) == "took longer than 0.3 seconds"
    assert answer(made, "much", output=5000) == "wrote more than 5,000 bytes"
    assert answer(made, "say 1", output=5000) == "1 [] False"
    assert len(started) == 3


def test_a_question_that_is_not_read_is_given_up(crew):
    made, _ = crew
    assert made.ask(b"hang " + b"x" * 10_000_000, Limits(seconds=0.3)).failure == "took longer than 0.3 seconds"


def test_processes_are_replaced_after_many_questions(crew, monkeypatch):
    monkeypatch.setattr(workers, "_MOST_QUESTIONS", 3)
    made, started = crew
    assert [answer(made, f"say {number}") for number in range(7)] == [f"{number} [] False" for number in range(7)]
    assert len(started) == 3


def test_questions_at_one_time_have_processes_of_their_own(crew):
    made, started = crew
    together = threading.Barrier(3)

    def ask(number):
        together.wait()
        return [answer(made, f"say {number}.{more}") for more in range(4)]

    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(ask, range(3))) == [[f"{n}.{more} [] False" for more in range(4)] for n in range(3)]
    assert 1 <= len(started) <= 3


def test_what_cannot_be_started_is_said(tmp_path):
    with Workers([str(tmp_path / "nothing")]) as made:
        assert made.ask(b"say 1").failure is not None


def test_who_is_closed_while_it_answers_leaves_no_process(crew):
    made, started = crew
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(answer, made, "hang", seconds=0.5)
        while not started:
            time.sleep(0)
        made.close()
        assert waiting.result() == "took longer than 0.5 seconds"
    assert started[0].returncode is not None


@needs_helm
def test_many_charts_share_a_process_and_keep_nothing_of_each_other(tmp_path, monkeypatch):
    if helm.importlib.util.find_spec(helm._LIBRARY) is None:
        pytest.skip("helm-python-sdk is not installed")
    started = []

    def start(*arguments, real=workers.start_program):
        started.append(real(*arguments))
        return started[-1]

    monkeypatch.setattr(workers, "start_program", start)
    broken = {"templates__broken.yaml": 'a: {{ fail "not today" }}\n'}
    roots = [a_chart(tmp_path / f"c{number}", **(broken if number == 1 else {})) for number in range(4)]
    (roots[2] / "values.yaml").write_text("clients: [other]\nport: 9\negress: []\n")
    alone = [chart(root) for root in roots]
    assert len(started) == 4
    started.clear()
    with helm.chart_workers() as crew:
        release = helm.ChartRelease()
        boundary = helm.Boundary(str(tmp_path))
        together = [helm.render_chart(str(root), release, boundary, workers=crew) for root in roots]
    assert len(started) == 1
    assert [one.text for one in together] == [one.text for one in alone]
    assert [[p.message for p in one.problems] for one in together] == [
        [p.message for p in one.problems] for one in alone
    ]
    assert "not today" in together[1].problems[0].message
    assert "other" not in together[3].text
