"""Connectivity at scale: all pairs from nothing, one question, and what an edit costs; CPU time, medians."""

import argparse
import gc
import random
import statistics
import time
from collections.abc import Callable
from dataclasses import replace

from reach_cluster import ClusterGenerator

from netpol_lsp.reach.engine import Engine
from netpol_lsp.reach.matrix import connectivity_matrix
from netpol_lsp.reach.traffic import port_traffic


def measure(action: Callable[[], object], times: int) -> float:
    """The median CPU time of an action in milliseconds."""
    found = []
    for _ in range(times):
        start = time.process_time()
        action()
        found.append(time.process_time() - start)
    return 1000 * statistics.median(found)


def main() -> None:
    """Print a table row for a cluster of the size that the options say."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--policies", type=int, default=1000)
    parser.add_argument("--pods", type=int, default=10000)
    parser.add_argument("--namespaces", type=int, default=50)
    options = parser.parse_args()
    generator = ClusterGenerator(namespaces=options.namespaces)
    cluster = generator.cluster(options.policies, options.pods)
    gc.disable()
    cold = measure(lambda: connectivity_matrix(Engine(cluster)), 3)
    engine = Engine(cluster)
    chance = random.Random(2)
    pairs = [(chance.choice(cluster.workloads), chance.choice(cluster.workloads)) for _ in range(5000)]
    port = port_traffic("TCP", 80)
    query = measure(lambda: [engine.verdict(*pair).answer(port) for pair in pairs], 3) / len(pairs)

    def edit() -> None:
        nonlocal engine
        policies = engine.cluster.policies
        index = chance.randrange(len(policies))
        old = policies[index]
        new = replace(generator.policy(index), namespace=old.namespace, subject=old.subject)
        policies = (*policies[:index], new, *policies[index + 1 :])
        engine = engine.updated(replace(engine.cluster, policies=policies))
        engine.verdict(*pairs[0])

    print("policies  pods    classes  all pairs  question  edit")
    print(
        f"{options.policies:<9} {options.pods:<7} {len(engine.classes.classes):<8} {cold:.0f} ms     "
        f"{1000 * query:.0f} us     {measure(edit, 20):.1f} ms"
    )


if __name__ == "__main__":
    main()
