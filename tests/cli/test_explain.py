"""`netpol-lint explain` on the command line."""

import gzip
import json
from pathlib import Path

import pytest

from netpol_lsp.cli.main import main

PARITY = Path(__file__).resolve().parents[2].parent / "shared" / "parity"
POLICY = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: web}\nspec: {podSelector: {}}\n"


def explained(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict:
    assert main(["explain", "--no-config", "--format", "json", *arguments]) == 0
    return json.loads(capsys.readouterr().out)


def test_json_follows_its_contract(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text("a: b\n---\n" + POLICY)
    report = explained(capsys, str(path))
    assert report["version"] == 1
    (policy,) = report["policies"]
    assert set(policy) == {"path", "document", "object", "text", "markdown"}
    assert (policy["path"], policy["document"]) == (str(path), 1)
    assert policy["object"] == {
        "kind": "NetworkPolicy",
        "apiVersion": "networking.k8s.io/v1",
        "metadata": {"name": "web", "namespace": "default"},
        "spec": {"podSelector": {}, "policyTypes": ["Ingress"]},
    }


def test_namespace_option_is_what_a_missing_namespace_means(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(POLICY)
    report = explained(capsys, "--namespace", "dev", str(path))
    assert report["policies"][0]["object"]["metadata"]["namespace"] == "dev"


def test_missing_file_is_an_error_and_the_others_are_explained(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "policy.yaml"
    path.write_text(POLICY)
    assert main(["explain", "--no-config", str(path), str(tmp_path / "none.yaml")]) == 2
    captured = capsys.readouterr()
    assert "selects every pod" in captured.out
    assert "none.yaml" in captured.err


def test_binary_file_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "policy.yaml"
    path.write_bytes(b"kind: NetworkPolicy\n\xff\xfe\x00\x01" * 4)
    assert main(["explain", "--no-config", str(path)]) == 2
    assert "policy.yaml" in capsys.readouterr().err


def test_stored_objects_are_those_of_the_api_server(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if not PARITY.is_dir():
        pytest.skip("the parity data of ../shared is not there")

    def rows(name: str) -> list[dict]:
        with gzip.open(PARITY / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
            return [json.loads(line) for line in lines]

    texts = {row["id"]: row["yaml"] for name in ("generated", "edited", "kubernetes-tests") for row in rows(name)}
    expected = {}
    for number, row in enumerate(rows("objects")):
        path = tmp_path / f"{number:05}.yaml"
        path.write_bytes(texts[row["id"]].encode())
        expected[str(path)] = row["object"]
    report = explained(capsys, str(tmp_path))
    found = {policy["path"]: policy["object"] for policy in report["policies"]}
    assert len(found) == len(expected) >= 4407
    for path, stored in expected.items():
        assert found[path]["spec"] == stored["spec"], path
        assert found[path]["metadata"]["namespace"] == stored["metadata"]["namespace"], path
        if "generateName" not in stored["metadata"]:
            assert found[path]["metadata"]["name"] == stored["metadata"]["name"], path
