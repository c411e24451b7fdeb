// SPDX-License-Identifier: Apache-2.0
// A table for terminals: the first column to the left, figures to the right.

/// Cells are columns of text; short rows are filled with nothing.
struct TextTable {
    var header: [String]
    var rows: [[String]] = []

    init(_ header: [String]) { self.header = header }

    /// Each line begins with two blanks; columns without any text are left out.
    var lines: [String] {
        let all = [header] + rows
        let columns = header.indices.filter { column in
            rows.contains { $0.count > column && !$0[column].isEmpty }
        }
        let widths = columns.map { column in
            all.map { $0.count > column ? $0[column].count : 0 }.max() ?? 0
        }
        return all.map { row in
            var line = " "
            for (column, width) in zip(columns, widths) {
                let cell = row.count > column ? row[column] : ""
                line += " " + (column == 0 ? cell.left(width) : " " + cell.right(width))
            }
            return String(line.reversed().drop { $0 == " " }.reversed())
        }
    }
}
