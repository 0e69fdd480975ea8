"""NP318 cronjob-label."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from netpol_lsp.findings.diagnostic import Severity
from netpol_lsp.kube.label_selector import Operator
from netpol_lsp.kube.selector_syntax import Selector
from netpol_lsp.kube.selectors import read_selector
from netpol_lsp.kube.well_known import JOB_LABELS
from netpol_lsp.lint.rule import Diagnostics, PolicyContext, ResourceTrigger, policy_rule
from netpol_lsp.lint.selector_parts import span_of
from netpol_lsp.workspace.pods import Place, here, place_of

if TYPE_CHECKING:
    from netpol_lsp.workspace.resources import WorkloadFacts

# The CronJob controller adds the minutes since 1970 of the scheduled time to its own name.
_RUN = re.compile(r"(?P<cronjob>.+)-\d{8,10}\Z")


@policy_rule(
    "NP318", category="workspace", severity=Severity.WARNING, uses_resources=True, needs_known=ResourceTrigger.WORKLOADS
)
def cronjob_label(ctx: PolicyContext) -> Diagnostics:
    """A selector asks for the job name of a CronJob's pods, which changes with each run.

    ## Why
    A CronJob makes a Job for each run and calls it by its own name and a number. The labels `job-name` and
    `batch.kubernetes.io/job-name` carry the name of that Job: a selector for them means the pods of one run, or, with the
    name of the CronJob itself, none at all. Select by a label of the job template instead.

    ```yaml bad
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: backup
      namespace: shop
    spec:
      podSelector:
        matchLabels:
          job-name: backup  # <- NP318
      policyTypes: [Egress]
    ---
    apiVersion: batch/v1
    kind: CronJob
    metadata:
      name: backup
      namespace: shop
    spec:
      schedule: "0 3 * * *"
      jobTemplate:
        spec:
          template:
            metadata:
              labels:
                app: backup
            spec:
              restartPolicy: Never
              containers:
                - name: backup
                  image: backup
    ```

    ```yaml good
    apiVersion: networking.k8s.io/v1
    kind: NetworkPolicy
    metadata:
      name: migrate
      namespace: shop
    spec:
      podSelector:
        matchLabels:
          job-name: migrate
      policyTypes: [Egress]
    ---
    apiVersion: batch/v1
    kind: Job
    metadata:
      name: migrate
      namespace: shop
    spec:
      template:
        spec:
          restartPolicy: Never
          containers:
            - name: migrate
              image: migrate
    ```
    """
    from netpol_lsp.lint.peer_targets import peer_targets  # noqa: PLC0415 - only beside workloads

    if not ctx.policy.key_texts.intersection(JOB_LABELS):
        return
    own = ctx.policy.pod_selector
    if own is not None:
        yield from _check(ctx, own, (place_of(ctx.workspace, ctx.located),))
    for target in peer_targets(ctx):
        if target.peer.pod_selector is not None:
            yield from _check(ctx, target.peer.pod_selector, target.places)


def _check(ctx: PolicyContext, written: Selector, places: tuple[Place, ...]) -> Diagnostics:
    workloads = [one for where in places for one in here(ctx.workspace, where)]
    jobs = {one.name for one in workloads if one.kind == "Job"}
    cronjobs = {one.name: one for one in workloads if one.kind == "CronJob" and one.name}
    for requirement in read_selector(written).requirements:
        if requirement.key not in JOB_LABELS or requirement.operator is not Operator.IN:
            continue
        for value in requirement.values:
            run = _RUN.match(value)
            cronjob = cronjobs.get(value) or (cronjobs.get(run["cronjob"]) if run else None)
            if value in jobs or (cronjob is None and run is None):
                continue
            yield ctx.finding(
                span_of(written, requirement),
                _message(requirement.key, value, cronjob),
                related=[ctx.related_fact(cronjob.origin, "makes a Job of another name for each run")]
                if cronjob
                else [],
            )


def _message(key: str, value: str, cronjob: WorkloadFacts | None) -> str:
    if cronjob is not None and cronjob.name == value:
        return f"`{key}` of a CronJob's pods is the CronJob's name and a number that changes with each run: no pod has `{value}`"
    return f"`{key}: {value}` means the pods of one run of a CronJob: the number changes with each run"
