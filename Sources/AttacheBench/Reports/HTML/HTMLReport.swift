// SPDX-License-Identifier: Apache-2.0
// A report as one page that needs nothing else: `attache bench --html`.

import AttacheCore

public enum HTMLReport {
    /// A whole document. It loads nothing, runs one small script of its own, and can be read
    /// without it; names and messages of others are text in it, never markup.
    public static func page(_ report: BenchReport) -> String {
        let mode = report.plan.mode.rawValue
        let names = report.targets.map(\.name).listed
        let plots = Plots.percentiles(report).map {
            Markup.section("Latency by percentile", $0.html)
        }
        let course = Plots.throughput(report).map {
            Markup.section("Throughput over time", $0.html)
        }
        let tables = ReportTables(report)
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; \
            style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:">
            <link rel="icon" href="data:,">
            <title>\(Markup.text("attache bench \(mode): \(names)"))</title>
            <style>
            \(PageStyle.text)</style>
            </head>
            <body>
            <main>
            \(header(report))\(warnings(report))\(Tiles(report).html)\
            \(plots ?? "")\(course ?? "")\
            \(Markup.section("Targets beside each other", tables.comparison))\
            \(Markup.section("Search", tables.search))\
            \(Markup.section("Latency in figures", tables.latency))\
            \(Markup.section("Stages of a dial", tables.stages))\
            \(Markup.section("Memory", tables.memory))\
            \(Markup.section("Errors", tables.errors))\
            \(Markup.section("How it was measured", environment(report)))</main>
            <script>
            \(PageScript.text)</script>
            </body>
            </html>

            """
    }

    private static func header(_ report: BenchReport) -> String {
        let urls = report.targets.enumerated().map { index, target in
            let swatch = report.targets.count > 1 ? Markup.swatch(index) : ""
            let name = report.targets.count > 1 ? "<b>\(Markup.text(target.name))</b> " : ""
            return "<li>\(swatch)\(name)<code>\(Markup.text(target.url))</code></li>\n"
        }
        return "<header>\n<p class=\"kind\">attache bench \(report.plan.mode.rawValue)</p>\n"
            + "<h1>\(Markup.text(report.plan.summary))</h1>\n"
            + "<p class=\"extent\">\(Markup.text(report.plan.extent))</p>\n"
            + "<ul class=\"targets\">\n\(urls.joined())</ul>\n</header>\n"
    }

    private static func warnings(_ report: BenchReport) -> String {
        let interrupted =
            report.isInterrupted
            ? ["The run was interrupted: this is what was measured until then."] : []
        let all = interrupted + report.warnings
        guard !all.isEmpty else { return "" }
        let items = all.map { "<li>\(Markup.text($0))</li>\n" }.joined()
        return "<aside class=\"warnings\" aria-label=\"Warnings\">\n<ul>\n\(items)</ul>\n</aside>\n"
    }

    private static func environment(_ report: BenchReport) -> String {
        let environment = report.environment
        let tls = report.targets.compactMap { target in
            target.total.tls.map { report.targets.count > 1 ? "\(target.name): \($0)" : $0 }
        }
        let facts: [(String, String)] = [
            ("Begun", TimeText.rfc3339(seconds: report.started / 1_000_000_000)),
            ("Program", environment.program),
            ("TLS library", environment.tlsLibrary),
            ("TLS", tls.listed),
            ("Kernel", environment.kernel),
            ("Processor", environment.cpu),
            ("Processors", "\(environment.processors)"),
            ("Governor", environment.governor ?? ""),
            ("Command", (["attache"] + report.plan.arguments).joined(separator: " ")),
        ]
        let rows = facts.filter { !$0.1.isEmpty }.map { name, value in
            let inner = Markup.text(value)
            return "<div><dt>\(name)</dt><dd>"
                + (name == "Command" ? "<code>\(inner)</code>" : inner) + "</dd></div>\n"
        }
        return "<dl>\n\(rows.joined())</dl>\n"
    }
}
