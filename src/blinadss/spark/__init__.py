"""Screening on Spark: the same query as in DuckDB, for a DataFrame of any size (extra ``spark``)."""

from blinadss.spark.asking import SparkScreening, screen_spark

__all__ = ["SparkScreening", "screen_spark"]
