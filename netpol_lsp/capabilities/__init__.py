"""What a network plugin (CNI) and a Kubernetes version enforce, as data with sources; what nobody wrote down is unknown."""
