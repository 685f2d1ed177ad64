"""Server-rendered pages, the third door: the city's dashboard."""
