// SPDX-License-Identifier: Apache-2.0
// A line plot as SVG that can be read without a script: title, description, a text on each point.

struct Chart {
    struct Point {
        var x: Double
        var y: Double
        /// "99.9%", "12s".
        var place: String
        /// "1.25ms".
        var what: String
        /// Something failed here.
        var isTrouble = false
    }
    struct Series {
        var name: String
        /// Which of the colours.
        var colour: Int
        var isDashed = false
        /// Few enough to be seen each.
        var showsPoints = false
        var points: [Point]
    }

    var id: String
    var title: String
    var description: String
    var x: Axis
    var y: Axis
    /// What the axes count.
    var xTitle: String
    var yTitle: String
    var series: [Series]
    /// Of the view box, which is 760 wide.
    var height = 370.0

    // In units of the view box; margins have room for labels in the phone's larger letters.
    private static let width = 760.0
    private static let left = 78.0
    private static let right = 22.0
    private static let top = 30.0
    private static let bottom = 52.0

    private func across(_ position: Double) -> String {
        let place = Self.left + position * (Self.width - Self.left - Self.right)
        return Figures.fixed(place, decimals: 1)
    }

    private func up(_ position: Double) -> String {
        let place = height - Self.bottom - position * (height - Self.top - Self.bottom)
        return Figures.fixed(place, decimals: 1)
    }

    var html: String {
        """
        <figure>
        \(legend)<div class="plot"><svg id="\(id)" viewBox="0 0 760 \(Int(height))" \
        role="img" aria-labelledby="\(id)-title \(id)-desc">
        <title id="\(id)-title">\(Markup.text(title))</title>
        <desc id="\(id)-desc">\(Markup.text(description))</desc>
        \(rows)\(columns)\(names)\(series.map(line).joined())\
        <line class="cross" y1="\(up(1))" y2="\(up(0))" visibility="hidden"/>
        </svg><div class="tip" hidden></div></div>
        </figure>

        """
    }

    private var legend: String {
        guard series.count > 1 else { return "" }
        let items = series.map {
            "<li>\(Markup.swatch($0.colour, isDashed: $0.isDashed))\(Markup.text($0.name))</li>"
        }
        return "<ul class=\"legend\">\(items.joined())</ul>\n"
    }

    private var rows: String {
        y.ticks.map { tick in
            let place = up(tick.position)
            return """
                <line class="\(tick.position == 0 ? "base" : "grid")" x1="\(across(0))" \
                x2="\(across(1))" y1="\(place)" y2="\(place)"/>\
                <text x="\(Self.left - 10)" y="\(place)" dy=".35em" text-anchor="end">\
                \(Markup.text(tick.label))</text>

                """
        }.joined()
    }

    private var columns: String {
        x.ticks.map { tick in
            let place = across(tick.position)
            // The last one would leave the picture.
            let anchor = tick.position > 0.96 ? "end" : "middle"
            return """
                <g\(tick.isMinor ? " class=\"minor\"" : "")>\
                <line class="tick" x1="\(place)" x2="\(place)" y1="\(up(0))" y2="\(up(1))"/>\
                <text x="\(place)" y="\(height - Self.bottom + 9)" dy=".9em" \
                text-anchor="\(anchor)">\(Markup.text(tick.label))</text></g>

                """
        }.joined()
    }

    private var names: String {
        """
        <text x="\(Self.left)" y="16">\(Markup.text(yTitle))</text>
        <text class="minor" x="\(Self.width - Self.right)" y="\(height - 5)" \
        text-anchor="end">\(Markup.text(xTitle))</text>

        """
    }

    private func line(_ series: Series) -> String {
        let spots = series.points.map { point in
            (x: across(x.position(of: point.x)), y: up(y.position(of: point.y)))
        }
        let name = Markup.text(series.name)
        let points = zip(series.points, spots).map { point, spot in
            let kind = point.isTrouble ? "trouble" : series.showsPoints ? "dot" : "hit"
            let (place, what) = (Markup.text(point.place), Markup.text(point.what))
            return """
                <circle class="\(kind)" cx="\(spot.x)" cy="\(spot.y)" r="4" \
                data-x="\(place)" data-y="\(what)"><title>\(name) \(place): \(what)</title></circle>

                """
        }
        let kind = "s\(series.colour % Markup.colours)\(series.isDashed ? " dashed" : "")"
        let path = spots.map { "\($0.x),\($0.y)" }.joined(separator: " ")
        return """
            <g class="series \(kind)" data-name="\(name)">
            <polyline points="\(path)"/>
            \(points.joined())</g>

            """
    }
}
