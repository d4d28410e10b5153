"""A ready project for any county: plan, forms with drop-down lists, code lists."""
