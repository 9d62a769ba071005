"""The HTTP routes, one file for each noun. Each names the scope it needs; none opens what another closed."""
