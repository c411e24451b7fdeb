// SPDX-License-Identifier: Apache-2.0
// The page is text from end to end: what others named is never markup, and nothing is loaded.

import AttacheBench
import AttacheCore
import Support
import Testing

struct HTMLReportTests {
    @Test func whatOthersNamedIsNeverMarkup() {
        let evil = "<script>alert('1')</script>\" onload=\"x&amp;"
        var target = MadeUp.target(evil, done: 20, slices: 2)
        target.url = evil
        target.total.fail(evil, evil)
        target.total.tls = evil
        var plan = MadeUp.plan(.rate, rates: [1], evil)
        plan.arguments = [evil]
        plan.conditions = [evil]
        var report = MadeUp.report(plan, [target, target])
        report.environment.cpu = evil
        report.warnings = [evil]
        report.trials = [
            Trial(rate: 1, achieved: 1, p50: 1, p99: 1, failed: 0, isGood: true)
        ]
        let page = HTMLReport.page(report)
        // Our own script only.
        #expect(page.split(separator: "<script").count == 2)
        #expect(!page.contains("\" onload"))
        let safe = "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&quot; onload=&quot;x&amp;amp;"
        #expect(page.split(separator: safe).count > 20)
    }

    @Test(arguments: Shape.allCases)
    func aPageLoadsNothingAndIsWellFormed(shape: Shape) throws {
        let page = HTMLReport.page(shape.report)
        for word in ["http:", "https:", "//cdn", "@import", "url(", "src=", "NaN", "inf", "nan"] {
            #expect(!page.contains(word), "\(word)")
        }
    }

    /// Each element that is opened is closed, in order; by a parser that is not ours.
    @Test func everyElementIsClosed() throws {
        let folder = try Folder()
        let pages = try Shape.allCases.map {
            try folder.write("\($0.rawValue).html", HTMLReport.page($0.report))
        }
        let script = """
            import sys
            from html.parser import HTMLParser
            void = {'meta', 'link', 'br'}
            class Check(HTMLParser):
                def __init__(self):
                    super().__init__()
                    self.open, self.wrong, self.ids = [], [], []
                def handle_starttag(self, tag, attributes):
                    self.ids += [v for k, v in attributes if k == 'id']
                    if tag not in void: self.open.append(tag)
                def handle_startendtag(self, tag, attributes): pass
                def handle_endtag(self, tag):
                    if not self.open or self.open.pop() != tag: self.wrong.append(self.getpos())
            for path in sys.argv[1:]:
                check = Check()
                check.feed(open(path).read())
                twice = [i for i in check.ids if check.ids.count(i) > 1]
                print(path.rsplit('/')[-1], check.wrong, check.open, twice)
            """
        let lines = try Program("python3").lines(["-c", script] + pages)
        #expect(lines == Shape.allCases.map { "\($0.rawValue).html [] [] []" })
    }

    @Test func plotsAreToldInWordsAndEachPointHasItsOwn() {
        let page = HTMLReport.page(Shape.open.report)
        #expect(page.contains("<svg id=\"percentiles\""))
        #expect(page.contains("aria-labelledby=\"percentiles-title percentiles-desc\""))
        #expect(page.contains("<desc id=\"percentiles-desc\">target: 50% "))
        #expect(page.contains("<title>target, uncorrected max: "))
        #expect(page.contains("class=\"series s0 dashed\" data-name=\"target, uncorrected\""))
    }

    @Test(
        arguments: [
            (.errorsOnly, "<strong>3 (100%)</strong>"), (.idle, "<strong>20 KiB</strong>"),
            (.stream, "<strong>2.50 GB/s</strong>"), (.search, "<strong>2,000/s</strong>"),
            (.search, "<td class=\"bad\">not kept</td>"), (.three, "<small>×1.5"),
            (.three, "<aside class=\"warnings\""), (.connect, "<th scope=\"row\">tls</th>"),
            (.nothing, "The run was interrupted"),
        ] as [(Shape, String)])
    func everyShapeShowsWhatMatters(shape: Shape, what: String) {
        #expect(HTMLReport.page(shape.report).contains(what))
    }
}
