//! Columns for people: aligned, without borders, wrapped only where a terminal is too narrow.
//!
//! The only place that hands text to the table library; every cell passes through [`escaped`] here.

use std::io::{self, Write};

use comfy_table::{Cell, CellAlignment, ColumnConstraint, ContentArrangement, Table, Width, presets};

use super::TableStyle;
use super::text::escaped;

/// Blanks between columns.
const GAP: u16 = 2;

/// No text column is wrapped to less than this.
const LEAST_TEXT: u16 = 16;

/// How a column behaves.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    /// Left-aligned, wrapped when the terminal is too narrow.
    Text(&'static str),
    /// Left-aligned and never wrapped, so that an id can be copied.
    Id(&'static str),
    /// Right-aligned and never wrapped.
    Number(&'static str),
}

/// Rows under a header.
pub(super) struct Grid {
    columns: Vec<Column>,
    table: Table,
}

impl Grid {
    pub(super) fn new(columns: Vec<Column>) -> Self {
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        table.set_header(columns.iter().map(|column| column.cell(column.name())));
        Self { columns, table }
    }

    /// Adds a row; one cell for each column.
    pub(super) fn row(&mut self, cells: Vec<String>) {
        debug_assert_eq!(cells.len(), self.columns.len());
        let cells = self.columns.iter().zip(cells);
        self.table.add_row(cells.map(|(column, text)| column.cell(&escaped(&text))));
    }

    pub(super) fn write(mut self, style: TableStyle, out: &mut dyn Write) -> io::Result<()> {
        let wrapped = style.width.filter(|width| self.fits(*width));
        match wrapped {
            Some(width) => self.table.set_width(width),
            None => &mut self.table,
        }
        .set_content_arrangement(match wrapped {
            Some(_) => ContentArrangement::Dynamic,
            None => ContentArrangement::Disabled,
        });
        let least = self.least_widths();
        let columns = self.table.column_iter_mut().zip(least);
        for ((column, least), kind) in columns.zip(&self.columns) {
            column.set_padding((0, GAP));
            column.set_constraint(match kind {
                Column::Text(_) => ColumnConstraint::LowerBoundary(Width::Fixed(least + GAP)),
                Column::Id(_) | Column::Number(_) => ColumnConstraint::ContentWidth,
            });
        }
        for line in self.table.lines() {
            writeln!(out, "{}", line.trim_end())?;
        }
        Ok(())
    }

    /// Whether wrapping can help. Where it cannot, rows that the terminal breaks read better than columns of syllables.
    fn fits(&self, width: u16) -> bool {
        let widths = self.least_widths();
        let total: u32 = widths.iter().map(|least| u32::from(least + GAP)).sum();
        total <= u32::from(width)
    }

    /// How narrow each column may become.
    fn least_widths(&self) -> Vec<u16> {
        let contents = self.table.column_max_content_widths();
        let columns = self.columns.iter().zip(contents);
        columns
            .map(|(column, content)| match column {
                Column::Text(_) => content.min(LEAST_TEXT),
                Column::Id(_) | Column::Number(_) => content,
            })
            .collect()
    }
}

impl Column {
    fn name(self) -> &'static str {
        match self {
            Self::Text(name) | Self::Id(name) | Self::Number(name) => name,
        }
    }

    fn cell(self, text: &str) -> Cell {
        let alignment = match self {
            Self::Text(_) | Self::Id(_) => CellAlignment::Left,
            Self::Number(_) => CellAlignment::Right,
        };
        Cell::new(text).set_alignment(alignment)
    }
}
