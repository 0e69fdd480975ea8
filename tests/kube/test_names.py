"""Names as Kubernetes validates them (apimachinery's util/validation)."""

import pytest

from netpol_lsp.kube.names import (
    dns_label_problem,
    generate_name_problem,
    label_value_problem,
    port_name_problem,
    qualified_name_problem,
    subdomain_problem,
)

GOOD = {
    subdomain_problem: ["web", "a.b", "1", "x" * 63 + "." + "y" * 63],
    dns_label_problem: ["web", "1", "a-b", "x" * 63],
    qualified_name_problem: ["app", "a.b/c_d.e", "x/" + "y" * 63, "A1"],
    label_value_problem: ["", "web", "a_b.c-D", "x" * 63],
    port_name_problem: ["http", "a", "1a", "http-2", "x" * 15],
    generate_name_problem: ["web-", "a", "1-"],
}
BAD = {
    subdomain_problem: ["Web", "a_b", "a.", "-a", "x" * 254, ""],
    dns_label_problem: ["a.b", "A", "a-", "x" * 64, ""],
    qualified_name_problem: ["", "/a", "a/", "a/b/c", "A.b/c", "-a", "x" * 64, "a b"],
    label_value_problem: ["-a", "a-", "a b", "x" * 64, "ä"],
    port_name_problem: ["", "80", "HTTP", "http_alt", "-a", "a-", "a--b", "x" * 16],
    generate_name_problem: ["Web-", "a_b-"],
}


@pytest.mark.parametrize(("check", "text"), [(check, text) for check, texts in GOOD.items() for text in texts])
def test_accepted(check, text):
    assert check(text) is None


@pytest.mark.parametrize(("check", "text"), [(check, text) for check, texts in BAD.items() for text in texts])
def test_refused_with_the_reason(check, text):
    problem = check(text)
    assert problem
    assert not problem.endswith(".")
