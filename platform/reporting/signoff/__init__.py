"""A month signed by its county and accepted by the city; later changes are revisions."""
