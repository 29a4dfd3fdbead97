"""Download the site's export: manifest, retries, resumed files, checksums.

Only this package imports httpx. It imports db, `builder.source`, errors, files and progress.
"""
