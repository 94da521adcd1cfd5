"""Checks → findings: cells by the declarations, keys, rules across tables, row accounts and quarantine."""
