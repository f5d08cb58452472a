"""The charts: made with Altair, drawn as SVG for a wide page and for a phone, and coloured by the page's style."""
