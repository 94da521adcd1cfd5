"""Renderers: a unit's year as HTML, DOCX, PDF and workbooks. They see `UnitYear` alone and compute no figure."""
