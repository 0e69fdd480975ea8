"""What a network plugin (CNI) and a Kubernetes version enforce, as data with sources; what no one wrote down is unknown."""
