"""Where manifests come from besides plain files: rendered charts and built kustomizations, and the places where people wrote them."""
