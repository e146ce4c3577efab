"""The sources of warnings: the only files of this floor that speak HTTP."""
