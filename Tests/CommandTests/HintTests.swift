// SPDX-License-Identifier: Apache-2.0
// Mistyped words are answered with the one that was meant.

import Testing

@testable import attache

@Suite(.tags(.messages))
struct HintTests {
    private static let start = "connect --listen 127.0.0.1:1 --to db:2 "

    @Test(arguments: [
        (start + "--server-nme x", "did you mean --server-name?"),
        (start + "--server-nme=x", "did you mean --server-name?"),
        ("connect --liste 127.0.0.1:1 --to db:2", "unknown flag --liste; did you mean --listen?"),
        ("connect -listen 127.0.0.1:1 --to db:2", "did you mean --listen?"),
        (start + "--half-closed 5s", "did you mean --half-close?"),
        (start + "--log-formt json", "did you mean --log-format?"),
        (start + "--insecure-plaintext", "unknown flag --insecure-plaintext"),
        (start + "--client-ca x", "it is a flag of attache terminate"),
        (start + "--cacert x", "here it is --ca"),
        (start + "--allow-dns x", "here it is --allow dns:NAME"),
        (start + "--authorities x", "it is a flag of attache terminate"),
        (start + "--tunel x", "did you mean --tunnel?"),
        (start + "--zzz x", "unknown flag --zzz"),
        ("terminate --plain", "it is a flag of attache connect"),
        ("conect --listen 127.0.0.1:1", "did you mean connect?"),
        ("terminat", "did you mean terminate?"),
        ("frobnicate", "there are connect, terminate, echo, run, check, config, status, "),
        ("bench srve", "unknown command bench srve; did you mean serve?"),
        ("bench frobnicate", "unknown command bench frobnicate; there are "),
        ("bench --as echo", "it is a flag of attache bench serve"),
        ("bench serve --liste 127.0.0.1:1", "did you mean --listen?"),
        ("bench serve --to 127.0.0.1:1", "it is a flag of attache connect"),
        (start + "--as echo", "it is a flag of attache bench serve"),
        ("config exampl", "unknown command config exampl; did you mean example?"),
        (
            "run attache.yaml",
            "attache.yaml belongs to no flag; values follow their flag, as in -c a"
        ),
        ("check attache.yaml", "as in -c attache.yaml"),
        (start + "db:3", "as in --to db:3"),
        ("status all", "all belongs to no flag\n"),
        ("--listen 127.0.0.1:1", "say first what to do, as in attache connect --listen"),
    ])
    func theNearestWordIsSuggested(line: String, part: String) {
        let ending = Ending.of(words(line))
        #expect(ending.code == 64)
        #expect(ending.complaint.contains(part))
        #expect(ending.answer == "")
    }

    @Test(arguments: [
        ("frobnicate", "attache --help"), ("bench srve", "attache bench --help"),
        ("bench serve --listn", "attache bench serve --help"),
        ("bench serve", "bench serve --help"),
        (start + "serve", "attache connect --help"), ("config exampl", "attache config --help"),
    ])
    func theHelpOfThatCommandIsPointedTo(line: String, help: String) {
        #expect(complaint(line).hasSuffix(help))
    }

    @Test func aTypoIsToldBeforeWhatItMadeMissing() {
        #expect(complaint("connect --liste 127.0.0.1:1").contains("did you mean --listen?"))
    }
}
