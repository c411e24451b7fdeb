// SPDX-License-Identifier: Apache-2.0
// Columns that line up, for people.

import AttacheCore

struct Table {
    struct Column {
        let title: String
        let isNumber: Bool

        static func text(_ title: String) -> Column { Column(title: title, isNumber: false) }
        static func number(_ title: String) -> Column { Column(title: title, isNumber: true) }
    }
    let columns: [Column]
    private var rows: [[String]] = []

    init(_ columns: [Column]) { self.columns = columns }

    var isEmpty: Bool { rows.isEmpty }

    /// As many cells as columns. What others put into names moves no cursor and breaks no line.
    mutating func add(_ cells: [String]) {
        precondition(cells.count == columns.count, "a row has a cell for each column")
        rows.append(
            cells.map { cell in
                LogText.lines(cell).split(separator: "\n")
                    .map { $0.drop { $0 == " " } }.joined(separator: " ")
            })
    }

    /// Numbers to the right, texts to the left, two blanks between; each line with its end.
    var text: String {
        let lines = [columns.map(\.title)] + rows
        let widths = columns.indices.map { column in
            lines.reduce(0) { max($0, $1[column].count) }
        }
        return lines.map { line in
            var text = ""
            for (index, cell) in line.enumerated() {
                let padding = String(repeating: " ", count: widths[index] - cell.count)
                text += columns[index].isNumber ? padding + cell : cell + padding
                text += "  "
            }
            while text.last == " " { text.removeLast() }
            return text + "\n"
        }.joined()
    }
}
