"""`netpol-lint why --format markdown`: names of files and objects are words, not markup."""

import pytest
from markdown_it import MarkdownIt

MANIFESTS = """\
apiVersion: v1
kind: Pod
metadata: {{name: {name}, namespace: shop, labels: {{app: web}}}}
spec: {{containers: [{{name: c}}]}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: {name}, namespace: shop}}
spec:
  podSelector: {{}}
  policyTypes: [Ingress]
  ingress: [{{from: [{{ipBlock: {{cidr: 10.0.0.0/8}}}}]}}]
"""


@pytest.mark.parametrize(
    "name",
    [
        "web",
        "a](http://evil.example/)[b",
        "![x](http://evil.example/p.png)",
        "`code` @everyone",
        "a_b_c *d* <img src=x>",
    ],
)
def test_links_lead_to_the_manifests_only(folder, name: str) -> None:
    path = "![x](https:evil.example) <b>`.yaml"
    folder.write(path, MANIFESTS.format(name=f"'{name}'"))
    done = folder.run("why", "ip:192.0.2.1", "shop/app=web", "--format", "markdown")
    assert done.code == 0, done.err
    tokens = [token for block in MarkdownIt().parse(done.out) for token in (block.children or [block])]
    links = {str(token.attrs["href"]) for token in tokens if token.type == "link_open"}
    assert links, done.out
    assert all(link.startswith("!%5Bx%5D") for link in links), links
    assert not [token for token in tokens if token.type in ("image", "html_inline", "html_block")], done.out
