"""Door: whose likeness, asked by whom, for what; the only place where permits are minted."""
