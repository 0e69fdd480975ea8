"""Any Kubernetes object: typed fields that know their node, names, labels and selectors, ports and namespaces."""
