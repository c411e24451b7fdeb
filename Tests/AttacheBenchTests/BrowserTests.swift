// SPDX-License-Identifier: Apache-2.0
// The page in a real browser: Debian's chromium, without a screen. Pictures are kept in
// .build/screenshots.

import AttacheBench
import AttacheCore
import Foundation
import Support
import Testing

struct BrowserTests {
    struct View: Sendable, CustomTestStringConvertible {
        var name: String
        var shape: Shape
        var size: String
        var isDark = false
        /// One of the names is markup, and a script of the page fails.
        var isHostile = false
        var testDescription: String { name }
    }

    private static let views = [
        View(name: "open-light", shape: .open, size: "1200,1800"),
        View(name: "three-dark", shape: .three, size: "1200,2400", isDark: true),
        // The narrowest window that it opens.
        View(name: "three-phone", shape: .three, size: "500,2600", isHostile: true),
    ]

    /// Moves the pointer over the first plot and writes down what is then to be seen.
    private static let probe = """
        <script>
        const plot = document.querySelector('.plot');
        const box = plot.getBoundingClientRect();
        plot.dispatchEvent(new PointerEvent('pointermove',
          {bubbles: true, clientX: box.left + box.width / 2, clientY: box.top + 20}));
        const seen = document.createElement('pre');
        seen.id = 'seen';
        seen.textContent = [getComputedStyle(document.body).backgroundColor,
          document.documentElement.scrollWidth <= innerWidth,
          ...[...document.querySelectorAll('.plot:first-of-type .tip p')].map((p) => p.innerText
            .replace(/\\s+/g, ' '))].join('|');
        plot.dispatchEvent(new PointerEvent('pointerleave'));
        document.body.append(seen);
        seen.hidden = true;
        </script>
        """

    /// Runs to the end; the document as it became, and what the browser complained about.
    private func look(
        _ page: String, _ view: View, picture: String
    ) throws -> (document: String, complaints: [String]) {
        let folder = try Folder()
        let path = try folder.write("page.html", page)
        let (exit, output, errors) = try Program("chromium").run([
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
            "--no-first-run", "--disable-background-networking", "--disable-component-update",
            "--user-data-dir=\(folder.file("profile"))", "--hide-scrollbars",
            "--window-size=\(view.size)",
            "--blink-settings=preferredColorScheme=\(view.isDark ? 0 : 1)",
            "--enable-logging=stderr", "--dump-dom", "--screenshot=\(picture)", "file://\(path)",
        ])
        #expect(exit == .code(0), "\(errors.suffix(3))")
        return (output.joined(separator: "\n"), errors.filter { $0.contains(":CONSOLE") })
    }

    @Test(arguments: views)
    func thePageIsDrawnAsItIsMeant(view: View) throws {
        var report = view.shape.report
        if view.isHostile {
            report.targets[2].name =
                "</style></script><img src=x onerror=\"document.title='owned'\">"
        }
        let pictures = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../.build/screenshots").standardized
        try FileManager.default.createDirectory(at: pictures, withIntermediateDirectories: true)
        let picture = pictures.appending(path: "bench-\(view.name).png").path
        try? FileManager.default.removeItem(atPath: picture)
        let broken = view.isHostile ? "<script>surelyNotDefined();</script>" : ""
        let page = HTMLReport.page(report).replacingOccurrences(
            of: "</body>", with: Self.probe + broken + "</body>")
        let (document, complaints) = try look(page, view, picture: picture)
        if view.isHostile {
            // Neither an image nor its error; and an error would have been seen.
            #expect(!document.contains("<img") && !document.contains("<title>owned"))
            #expect(complaints.count == 1)
            #expect(complaints.first?.contains("surelyNotDefined is not defined") == true)
        } else {
            #expect(complaints == [])
        }

        let plot = try #require(document.firstMatch(of: #/<svg id="percentiles"(?s:.*?)</svg>/#)).0
        let latencies = report.targets.flatMap {
            report.plan.isOpen ? [$0.total.latency, $0.total.service] : [$0.total.latency]
        }
        let steps = latencies.reduce(0) { $0 + $1.steps.count }
        #expect(steps > 50)
        #expect(plot.matches(of: #/<circle /#).count == steps)
        #expect(plot.matches(of: #/<polyline /#).count == latencies.count)

        let seen = try #require(document.firstMatch(of: #/<pre id="seen"[^>]*>(.*?)</pre>/#)).1
            .split(separator: "|").map(String.init)
        #expect(seen.first == (view.isDark ? "rgb(20, 20, 19)" : "rgb(246, 245, 242)"))
        #expect(seen.dropFirst().first == "true", "the page is wider than its window")
        // Where the pointer is, and a value of each line.
        #expect(seen.count == 3 + latencies.count, "\(seen)")
        #expect(seen.last?.contains("s") == true, "\(seen)")
        let size = try FileManager.default.attributesOfItem(atPath: picture)[.size] as? Int
        #expect((size ?? 0) > 20_000)
    }
}
