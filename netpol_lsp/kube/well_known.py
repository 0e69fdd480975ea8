"""Well-known labels, ports and addresses: facts that several rules and the editor's hovers share."""

from __future__ import annotations

# https://kubernetes.io/docs/reference/labels-annotations-taints/ and the recommended application labels.
LABEL_KEYS = (
    "app.kubernetes.io/component",
    "app.kubernetes.io/instance",
    "app.kubernetes.io/managed-by",
    "app.kubernetes.io/name",
    "app.kubernetes.io/part-of",
    "app.kubernetes.io/version",
    "apps.kubernetes.io/pod-index",
    "batch.kubernetes.io/job-completion-index",
    "batch.kubernetes.io/job-name",
    "k8s-app",
    "kubernetes.io/metadata.name",
    "pod-template-hash",
    "statefulset.kubernetes.io/pod-name",
    "topology.kubernetes.io/region",
    "topology.kubernetes.io/zone",
)
METADATA_NAME = "kubernetes.io/metadata.name"
JOB_LABELS = ("job-name", "batch.kubernetes.io/job-name")
"""Labels that the Job controller puts on pods: the Job's name."""
PRIVATE_RANGES = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
"""The addresses that are not routed on the internet (RFC 1918, RFC 4193): those of pods and Services are among them."""

VOLATILE_LABELS = {
    "app.kubernetes.io/version": "changes with every release",
    "batch.kubernetes.io/controller-uid": "is new for every Job",
    "controller-revision-hash": "changes with every rollout",
    "controller-uid": "is new for every Job",
    "helm.sh/chart": "holds the chart's version and changes with every upgrade",
    "pod-template-generation": "changes with every rollout",
    "pod-template-hash": "changes with every rollout",
    "statefulset.kubernetes.io/pod-name": "names one replica: others that are added are left out",
}

SENSITIVE_PORTS = {
    22: "SSH",
    2379: "etcd",
    2380: "etcd peers",
    3306: "MySQL",
    3389: "RDP",
    5432: "PostgreSQL",
    5984: "CouchDB",
    6379: "Redis",
    6443: "the Kubernetes API",
    8086: "InfluxDB",
    9042: "Cassandra",
    9200: "Elasticsearch",
    10250: "the kubelet",
    11211: "Memcached",
    27017: "MongoDB",
}

METADATA_SERVICES = {
    4: ("169.254.169.254/32", "169.254.170.2/32", "169.254.170.23/32"),
    6: ("fd00:ec2::254/128",),
}
"""Addresses where clouds hand out credentials to the one who asks, by IP family; the first is the one that counts."""

DEFAULT_SERVICE_RANGES = {
    "10.96.0.0/12": "kubeadm",
    "10.96.0.1/32": "kubeadm",
    "10.43.0.0/16": "k3s and RKE2",
    "10.43.0.1/32": "k3s and RKE2",
    "172.20.0.0/16": "EKS",
    "172.20.0.1/32": "EKS",
    "10.100.0.0/16": "EKS",
    "10.100.0.1/32": "EKS",
}
"""Ranges of Services that distributions take when no one says otherwise, and their first addresses (the Kubernetes API).

kubeadm: `--service-cidr` of kubeadm init; k3s and RKE2: `--service-cidr` of the server; EKS: serviceIpv4Cidr of a cluster.
"""

OPENSHIFT_NAMED_NAMESPACES = frozenset(
    {"openshift-ingress", "openshift-monitoring", "openshift-user-workload-monitoring"}
)
"""Namespaces that OpenShift's operators make with the label `name` set to their own name.

openshift-ingress: cluster-ingress-operator, assets/router/namespace.yaml; openshift-monitoring and
openshift-user-workload-monitoring: cluster-monitoring-operator, manifests/01-namespace.yaml and its assets.
"""

FOREIGN_LABELS = {
    "io.kubernetes.pod.namespace": "Cilium's name for the pod's namespace",
    "io.kubernetes.pod.name": "a label of containers in the runtime",
    "io.kubernetes.pod.uid": "a label of containers in the runtime",
    "io.kubernetes.container.name": "a label of containers in the runtime",
    "projectcalico.org/namespace": "Calico's name for the pod's namespace",
    "projectcalico.org/name": "Calico's name for the namespace",
    "projectcalico.org/orchestrator": "a label of Calico's own endpoints",
    "projectcalico.org/serviceaccount": "Calico's name for the pod's service account",
}
"""Keys that network plugins or runtimes know, and that the API server's pods and namespaces do not carry."""
FOREIGN_PREFIXES = {
    "k8s:": "Cilium's way to write a label of Kubernetes",
    "io.cilium.k8s.": "one of Cilium's own labels",
    "reserved:": "one of Cilium's reserved identities",
    "pcns.": "Calico's way to write a label of the namespace",
}
"""Starts of such keys."""
