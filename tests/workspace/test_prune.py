"""What is taken out of manifests before they are parsed for their facts: never a fact."""

import pytest

from netpol_lsp.config.settings import Settings
from netpol_lsp.lint.file_facts import facts_of
from netpol_lsp.text.source import make_source
from netpol_lsp.workspace.prune import prune

POD = """\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: web, namespace: shop}}
spec:
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
        - name: web
          args:
{args}
          env:
            - name: A
              value: b
          ports:
            - containerPort: 8080
"""
ARGS = {
    "a list": "            - -x",
    "a list in the column of its key": "          - -x\n          - -y",
    "flow style": '            [\n              "-x",\n            ]',
    "flow style with a tab": '            [\n              "-x",\n\t            "-y",\n            ]',
    "flow style further left": '            [\n  "-x"\n            ]',
    "a quoted value further left": '            - "x\n  y"',
}


@pytest.mark.parametrize("args", ARGS.values(), ids=ARGS)
def test_facts_are_those_of_the_whole_text(args):
    text = POD.format(args=args)
    [workload] = facts_of(make_source("file:///web.yaml", text), Settings()).resources.workloads
    assert (workload.labels, workload.has_unknown_labels, workload.host_network) == ({"app": "web"}, False, False)
    assert [port.number for port in workload.ports] == [8080]


def test_offsets_stay_and_environments_go():
    text = POD.format(args="            - -x")
    pruned = prune(text)
    assert len(pruned) == len(text)
    assert "value: b" not in pruned
    assert pruned.index("containerPort") == text.index("containerPort")


def test_environments_that_name_a_service_stay():
    text = POD.format(args="            - -x").replace("value: b", "value: http://orders:80")
    assert "value: http://orders:80" in prune(text)
    [workload] = facts_of(make_source("file:///web.yaml", text), Settings()).resources.workloads
    assert [call.service for call in workload.calls] == ["orders"]
