"""Imputation: true graphs as likely as not, given what was seen."""
