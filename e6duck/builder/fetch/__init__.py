"""Download the site's export: its manifest, retries, resumed files, checksums; alone knows httpx.

Imports db and the ground floor.
"""
