"""All manifests of a workspace, indexed."""
