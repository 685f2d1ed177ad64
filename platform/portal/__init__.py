"""Server-rendered pages, the third door. No page is built yet."""
