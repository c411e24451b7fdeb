// SPDX-License-Identifier: Apache-2.0
// HTML from text: nothing that comes from outside ever is markup.

import AttacheCore

enum Markup {
    /// Safe between tags and in quoted attributes; control characters are spelled.
    static func text(_ text: String) -> String {
        var result = ""
        for scalar in LogText.lines(text).unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// A heading and what it is about; "" for nothing.
    static func section(_ title: String, _ inner: String) -> String {
        inner.isEmpty ? "" : "<section>\n<h2>\(text(title))</h2>\n\(inner)</section>\n"
    }

    /// Cells are text; the first of a row is its heading. Without rows there is no table.
    static func table(_ caption: String, _ header: [String], _ rows: [[Cell]]) -> String {
        guard !rows.isEmpty else { return "" }
        let columns = header.indices.filter { column in
            rows.contains { $0[column].text != "" }
        }
        let head = columns.map { column in
            let isLeft = rows.contains { $0[column].style == "left" }
            return
                "<th scope=\"col\"\(isLeft ? " class=\"left\"" : "")>\(text(header[column]))</th>"
        }.joined()
        let body = rows.map { row in
            "<tr>" + columns.map { row[$0].html(isHeading: $0 == 0) }.joined() + "</tr>\n"
        }.joined()
        let name = text(caption)
        // Not a <caption>: it would be as wide as the table, and cut off on a phone.
        return "<p class=\"caption\">\(name)</p>\n"
            + "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"\(name)\">"
            + "<table aria-label=\"\(name)\">\n<thead><tr>\(head)</tr></thead>\n"
            + "<tbody>\n\(body)</tbody></table></div>\n"
    }

    struct Cell: ExpressibleByStringLiteral, ExpressibleByStringInterpolation {
        var text: String
        /// The series whose colour stands before it.
        var series: Int?
        /// Smaller, below.
        var note = ""
        var style = ""

        init(stringLiteral text: String) { self.text = text }

        init(_ text: String, series: Int? = nil, note: String = "", style: String = "") {
            self.text = text
            self.series = series
            self.note = note
            self.style = style
        }

        fileprivate func html(isHeading: Bool) -> String {
            let swatch = series.map { Markup.swatch($0) } ?? ""
            let note = note.isEmpty ? "" : "<small>\(Markup.text(note))</small>"
            let inner = swatch + Markup.text(text) + note
            let style = style.isEmpty ? "" : " class=\"\(style)\""
            return isHeading
                ? "<th scope=\"row\">\(inner)</th>" : "<td\(style)>\(inner)</td>"
        }
    }

    /// So many colours there are; then they begin again.
    static let colours = 8

    static func swatch(_ series: Int, isDashed: Bool = false) -> String {
        "<i class=\"swatch s\(series % colours)\(isDashed ? " dashed" : "")\" aria-hidden=\"true\">"
            + "</i>"
    }
}
