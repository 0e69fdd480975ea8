"""Renders one chart with the engine of helm-python-sdk, in a process of its own: started as a file, with JSON on both ends.

Nothing of netpol-lsp is imported here, so that it starts wherever the package is. Standard input: `{"path": [...], "chart",
"values", "name", "namespace"}`, `path` being where Python looks for the library. Standard output: `{"files": {...}}` or
`{"error": "..."}`.
"""

import json
import sys


def main() -> None:
    """Read one request, answer it."""
    request = json.load(sys.stdin)
    sys.path[:0] = [entry for entry in request["path"] if entry not in sys.path]
    from helm_python.chart import Chart  # noqa: PLC0415 - the request says where it is

    answer: dict[str, object]
    try:
        with Chart.load(request["chart"]) as chart:
            files = chart.render(request["values"], name=request["name"], namespace=request["namespace"])
        answer = {"files": files}
    except Exception as error:  # noqa: BLE001 - whatever the engine says is the answer
        answer = {"error": str(error)[:4000]}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
