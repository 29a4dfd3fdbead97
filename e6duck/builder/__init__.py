"""From the site's export to an audited database: fetch, check, count, number, audit.

Imports index, db and the modules errors, files and progress.
"""
