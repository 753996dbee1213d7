"""Tests of the vendor adapters, on files in the shape that each vendor documents."""
