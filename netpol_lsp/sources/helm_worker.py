"""Renders charts with the engine of helm-python-sdk, in a process of its own: started as a file, with JSON on both ends.

Nothing of netpol-lsp is imported here, so that it starts wherever the package is. Standard input: lines of `{"path": [...],
"chart", "values", "name", "namespace"}`, `path` being where Python looks for the library. Standard output: a line of `{"files":
{...}}` or `{"error": "..."}` for each.
"""

import json
import os
import sys


def main() -> None:
    """Read requests, answer each."""
    # Whatever else writes to standard output must not be taken for an answer.
    answers = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(2, 1)
    for line in sys.stdin.buffer:
        request = json.loads(line)
        sys.path[:0] = [entry for entry in request["path"] if entry not in sys.path]
        from helm_python.chart import Chart  # noqa: PLC0415 - the request says where it is

        answer: dict[str, object]
        try:
            with Chart.load(request["chart"]) as chart:
                files = chart.render(request["values"], name=request["name"], namespace=request["namespace"])
            answer = {"files": files}
        except Exception as error:  # noqa: BLE001 - whatever the engine says is the answer
            answer = {"error": str(error)[:4000]}
        json.dump(answer, answers)
        answers.write("\n")
        answers.flush()


if __name__ == "__main__":
    main()
