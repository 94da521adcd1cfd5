"""Raw files → typed tables: which file is which dataset, encodings, workbooks, physical rows.

No rule across tables and no figure of the report belongs here.
"""
