"""A large workspace is read by other processes: what they say is what the server would have read itself."""

import pickle
import sys
import threading

import pytest

from netpol_lsp.config.settings import Settings
from netpol_lsp.lsp.state import workspace_scan
from netpol_lsp.project import edit_limits, reading_crew
from netpol_lsp.project.facts_cache import reading_of_line
from netpol_lsp.project.file_reading import FileJob, read_file
from netpol_lsp.project.reading_crew import ReadingCrew, crew_size, records
from netpol_lsp.project.reading_worker import read_frame, write_frame

FILES = {
    "policy.yaml": (
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: shop}\n"
        "spec: {podSelector: {matchLabels: {app: web}}, ingress: [{ports: [{port: 80}]}]}\n"
    ),
    "workload.yaml": (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\nspec:\n  template:\n"
        "    metadata: {labels: {app: web}}\n    spec: {containers: [{name: web, ports: [{containerPort: 80}]}]}\n"
    ),
    "plugin.yaml": (
        "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: cilium, namespace: kube-system}\nspec:\n  template:\n"
        "    metadata: {labels: {k8s-app: cilium}}\n    spec: {containers: [{name: agent, image: 'quay.io/cilium/cilium:v1.15.1'}]}\n"
    ),
    "broken.yaml": "kind: NetworkPolicy\nspec: {podSelector: {}\n",
    "nothing.yaml": "kind: ConfigMap\n",
    "other.yaml": "a: 1\n",
}


@pytest.fixture
def jobs(tmp_path):
    """Files of each kind, some times over, and one that is gone."""
    found = []
    for number in range(20):
        for name, text in FILES.items():
            path = tmp_path / f"{number}-{name}"
            path.write_text(text)
            found.append(FileJob(str(path), path.as_uri(), Settings(default_namespace="shop", cni="cilium@1.15")))
    gone = tmp_path / "gone.yaml"
    return [*found, FileJob(str(gone), gone.as_uri(), Settings())]


def read_all(crew, jobs):
    """What the crew found, how many files it says it has read, and what it left."""
    found, done, lock = {}, [], threading.Lock()

    def deliver(read, answer):
        with lock:
            done.append(len(read))
            for job, record in records(read, answer):
                if (reading := reading_of_line(record.line, job)) is not None:
                    found[job.path] = reading
        return True

    left = crew.read(jobs, deliver)
    return found, sum(done), left


def here(jobs):
    """What this process reads."""
    return {job.path: reading for job in jobs if (reading := read_file(job)) is not None}


def test_processes_say_what_this_one_would(jobs):
    found, done, left = read_all(ReadingCrew(2), jobs)
    assert found == here(jobs)
    assert len(found) == 20 * 4
    assert (done, left) == (len(jobs), [])
    assert any(reading.hints for reading in found.values())
    # A value that stands for nothing is still that very one.
    assert all(reading.facts for reading in found.values() if not reading.may_be_ours)


@pytest.mark.parametrize(("limit", "most"), [("MAX_LENGTH", 20), ("MAX_DOCUMENTS", 0)])
def test_a_text_that_is_too_large_says_nothing(jobs, monkeypatch, tmp_path, limit, most):
    path = tmp_path / "policies.yaml"
    path.write_text("---\n".join(FILES["policy.yaml"].replace("name: p", f"name: p{number}") for number in range(3)))
    job = FileJob(str(path), path.as_uri(), Settings())
    assert read_file(job) is not None
    monkeypatch.setattr(edit_limits, limit, most)
    assert read_file(job) is None


@pytest.mark.parametrize(
    "lines", ["import sys; sys.exit(3)", "import sys; sys.stdin.buffer.readline(); sys.stdout.write('no')"]
)
def test_what_no_process_reads_is_left(jobs, monkeypatch, tmp_path, lines):
    worker = tmp_path / "worker.py"
    worker.write_text(lines + "\n")
    monkeypatch.setattr(reading_crew.reading_worker, "__file__", str(worker))
    found, done, left = read_all(ReadingCrew(2), jobs)
    assert (found, done) == ({}, 0)
    assert sorted(job.path for job in left) == sorted(job.path for job in jobs)


def test_without_python_all_is_left(jobs, monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "executable", str(tmp_path / "nothing"))
    assert read_all(ReadingCrew(2), jobs)[2] == jobs


def test_a_process_that_ends_in_the_middle_loses_nothing(jobs, monkeypatch, tmp_path):
    worker = tmp_path / "worker.py"
    source = reading_crew.reading_worker.__file__
    text = (
        "import sys, os\n"
        f"code = open({source!r}).read().replace('= read_frame(source)) is not None', '= read_frame(source)) is not None and left()')\n"
        "count = iter(range(3))\n"
        "def left():\n    return next(count, None) is not None or os._exit(9)\n"
        "exec(compile(code, 'worker', 'exec'), {**globals(), '__name__': '__main__'})\n"
    )
    worker.write_text(text)
    monkeypatch.setattr(reading_crew.reading_worker, "__file__", str(worker))
    found, done, left = read_all(ReadingCrew(1), jobs)
    assert done == 3 * reading_crew._CHUNK
    assert {**found, **here(left)} == here(jobs)


def test_a_crew_that_is_stopped_reads_no_further(jobs):
    crew = ReadingCrew(2)
    delivered = []

    def deliver(read, answer):
        delivered.append(answer)
        crew.stop()
        return False

    left = crew.read(jobs, deliver)
    assert 1 <= len(delivered) <= 2
    assert left
    assert all(process.returncode is not None for process in crew._processes)


def test_a_crew_that_nobody_wants_does_not_begin(jobs):
    crew = ReadingCrew(2)
    crew.stop()
    assert read_all(crew, jobs) == ({}, 0, jobs)
    assert crew._processes == []


def test_few_files_need_no_crew(monkeypatch):
    monkeypatch.setattr(reading_crew, "cores", lambda: 8)
    assert [crew_size(count) for count in (0, 999, 1000)] == [0, 0, 4]
    monkeypatch.setattr(reading_crew, "cores", lambda: 1)
    assert crew_size(100_000) == 0


def test_frames(tmp_path):
    path = tmp_path / "frames"
    with path.open("wb") as file:
        write_frame(file, b"one")
        write_frame(file, b"")
        file.write(b"\0\0\0\x05cut")
    with path.open("rb") as file:
        assert [read_frame(file) for _ in range(4)] == [b"one", b"", None, None]


def test_what_is_nothing_is_nothing_on_the_other_side():
    from netpol_lsp.workspace.index import NO_FACTS

    assert not pickle.loads(pickle.dumps(NO_FACTS))


@pytest.mark.asyncio
async def test_the_server_knows_the_same_workspace(make_editor, tmp_path, monkeypatch):
    for number in range(60):
        for name, text in FILES.items():
            (tmp_path / f"{number}-{name}").write_text(text.replace("name: p,", f"name: p{number},"))
    (tmp_path / ".netpol-lint.yaml").write_text("exclude: [1-*]\n")
    views, readers = [], []
    monkeypatch.setattr(
        workspace_scan,
        "read_source",
        lambda path, real=workspace_scan.read_source: (readers.append(path), real(path))[1],
    )
    for size in (0, 2):
        monkeypatch.setattr(workspace_scan, "crew_size", lambda _files, size=size: size)
        editor = make_editor()
        await editor.start(tmp_path)
        await editor.quiet()
        index = editor.server.services.sync.index
        files = editor.server.services.session.workspace.view.index.files
        views.append((dict(files), index.ours, editor.server.services.configuration.detected, len(readers)))
    assert views[0] == views[1]
    assert len(views[0][0]) == 59 * 4
    assert views[0][3] == 59 * len(FILES)  # the second server has read none itself
