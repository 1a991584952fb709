//! Columns for people: aligned, without borders, wrapped only where a terminal is too narrow.
//!
//! The only place that hands text to the table library; every cell passes through [`escaped`] here.

use std::io::{self, Write};

use comfy_table::{Cell, CellAlignment, ColumnConstraint, ContentArrangement, Table, Width, presets};

use super::TableStyle;
use super::text::escaped;

/// Blanks between columns.
const GAP: u16 = 2;

/// Blanks in front of the rows below a heading.
const INDENT: u16 = 2;

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

/// Rows under a header; or several blocks of rows, each with a heading of its own, in columns of the same width.
pub(super) struct Grid {
    columns: Vec<Column>,
    blocks: Vec<Block>,
}

struct Block {
    heading: Option<String>,
    table: Table,
}

impl Grid {
    pub(super) fn new(columns: Vec<Column>) -> Self {
        Self { columns, blocks: Vec::new() }
    }

    /// Begins a block of rows below a heading.
    pub(super) fn block(&mut self, heading: &str) {
        self.begin(Some(escaped(heading)));
    }

    /// Adds a row; one cell for each column.
    pub(super) fn row(&mut self, cells: Vec<String>) {
        debug_assert_eq!(cells.len(), self.columns.len());
        if self.blocks.is_empty() {
            self.begin(None);
        }
        let cells = self.columns.iter().zip(cells);
        let cells = cells.map(|(column, text)| column.cell(&escaped(&text))).collect::<Vec<_>>();
        if let Some(block) = self.blocks.last_mut() {
            block.table.add_row(cells);
        }
    }

    fn begin(&mut self, heading: Option<String>) {
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        table.set_header(self.columns.iter().map(|column| column.cell(column.name())));
        self.blocks.push(Block { heading, table });
    }

    /// Writes all blocks, with an empty line between them.
    pub(super) fn write(self, style: TableStyle, out: &mut dyn Write) -> io::Result<()> {
        let contents = self.content_widths();
        for (index, mut block) in self.blocks.into_iter().enumerate() {
            if index > 0 {
                writeln!(out)?;
            }
            let indent = match &block.heading {
                Some(heading) => {
                    writeln!(out, "{heading}")?;
                    usize::from(INDENT)
                }
                None => 0,
            };
            let width = style.width.map(|width| width.saturating_sub(if indent > 0 { INDENT } else { 0 }));
            arrange(&mut block.table, &self.columns, &contents, width);
            for line in block.table.lines() {
                writeln!(out, "{:indent$}{}", "", line.trim_end())?;
            }
        }
        Ok(())
    }

    /// How wide each column is if nothing is wrapped.
    fn content_widths(&self) -> Vec<u16> {
        let mut widths = vec![0; self.columns.len()];
        for block in &self.blocks {
            for (widest, width) in widths.iter_mut().zip(block.table.column_max_content_widths()) {
                *widest = width.max(*widest);
            }
        }
        widths
    }
}

fn arrange(table: &mut Table, columns: &[Column], contents: &[u16], width: Option<u16>) {
    let least: Vec<u16> = columns.iter().zip(contents).map(|(column, content)| column.least(*content)).collect();
    // Where wrapping cannot help, rows that the terminal breaks read better than columns of syllables.
    let total: u32 = least.iter().map(|least| u32::from(least + GAP)).sum();
    let wrapped = width.filter(|width| total <= u32::from(*width));
    match wrapped {
        Some(width) => table.set_width(width).set_content_arrangement(ContentArrangement::Dynamic),
        None => table.set_content_arrangement(ContentArrangement::Disabled),
    };
    let widths = least.into_iter().zip(contents);
    for ((column, (least, content)), kind) in table.column_iter_mut().zip(widths).zip(columns) {
        column.set_padding((0, GAP));
        column.set_constraint(match kind {
            Column::Text(_) if wrapped.is_some() => ColumnConstraint::LowerBoundary(Width::Fixed(least + GAP)),
            Column::Text(_) | Column::Id(_) | Column::Number(_) => {
                ColumnConstraint::Absolute(Width::Fixed(content + GAP))
            }
        });
    }
}

impl Column {
    fn name(self) -> &'static str {
        match self {
            Self::Text(name) | Self::Id(name) | Self::Number(name) => name,
        }
    }

    /// How narrow it may become.
    fn least(self, content: u16) -> u16 {
        match self {
            Self::Text(_) => content.min(LEAST_TEXT),
            Self::Id(_) | Self::Number(_) => content,
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
