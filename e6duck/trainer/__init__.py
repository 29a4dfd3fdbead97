"""Tag vectors: the recipe, ALS, SVD of PPMI, the score, and how they are put into the database.

Imports index, db and the modules errors, files and progress.
"""
