"""The partners' door: /partners/v1/<county>, for insurers' machines."""
