"""Tag vectors: recipe, ALS, SVD of PPMI, their score, and how they reach the database.

Imports index, db and the ground floor.
"""
