"""The cells of an old workbook (XLS) as they are written: values, errors, merged, hidden, struck through, commented."""

from __future__ import annotations

import io

import xlrd

from nbeval.cleaning.noticed import CellKind
from nbeval.cleaning.workbook_scan import BookScan, Locked, ScanError, SheetScan

_NOTHING = (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK)


def scan_xls(raw: bytes) -> BookScan:
    """What the sheets of a workbook hold, by their names; its formulas always have results."""
    try:
        book = xlrd.open_workbook(file_contents=raw, formatting_info=True, ragged_rows=True, logfile=io.StringIO())
    except MemoryError:
        raise
    except Exception as fault:          # a damaged file makes this library raise whatever its own checks miss
        raise (Locked if "encrypted" in str(fault) else ScanError)(type(fault).__name__) from None
    struck = {number for number, style in enumerate(book.xf_list) if book.font_list[style.font_index].struck_out}
    return BookScan({sheet.name: _sheet(sheet, struck) for sheet in book.sheets()})


def _sheet(sheet: xlrd.sheet.Sheet, struck: set[int]) -> SheetScan:
    """What one sheet holds."""
    scan = SheetScan(hidden=sheet.visibility != 0)
    for row in range(sheet.nrows):
        for column, (kind, value) in enumerate(zip(sheet.row_types(row), sheet.row_values(row), strict=True)):
            if kind in _NOTHING:
                continue
            scan.reach(row, column)
            if kind == xlrd.XL_CELL_ERROR:
                scan.add(CellKind.ERROR, row, column)
            elif value != "":
                scan.filled[column] += 1
                if sheet.cell_xf_index(row, column) in struck:
                    scan.add(CellKind.STRUCK, row, column)
    scan.merged = [(top, bottom - 1, left, right - 1) for top, bottom, left, right in sheet.merged_cells]
    scan.hidden_rows = {row for row, about in sheet.rowinfo_map.items() if about.hidden}
    scan.hidden_columns = [(column, column) for column, about in sheet.colinfo_map.items() if about.hidden]
    scan.comments = list(sheet.cell_note_map)
    return scan
