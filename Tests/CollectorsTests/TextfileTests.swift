// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import Exposition
import Foundation
import KernelFiles
import ScrapeSupport
import Testing
import TreeSupport

@testable import Collectors

/// A directory of text files that are written while the collector lives.
private final class TextfileFolder {
    let tree = HostTree()
    var path: String { tree.path("texts") }
    let driver: ScrapeDriver

    init() throws {
        tree.make("texts")
        driver = try ScrapeDriver(
            [CollectorEntry(TextfileCollector.self)], roots: Roots(),
            options: Options(given: ["collector.textfile.directory": [tree.path("texts")]]))
    }

    func write(_ name: String, _ text: String) { tree.write("texts/" + name, text) }

    func remove(_ name: String) { tree.remove("texts/" + name) }

    /// One scrape: the lines of the page but comments, mtimes and the agent's own.
    func samples(isRead: (String) -> Bool = { _ in true }) -> [String] {
        page(isRead: isRead).split(separator: "\n").map(String.init).filter {
            !$0.hasPrefix("#") && !$0.hasPrefix("node_textfile_mtime") && !$0.hasPrefix("host_")
        }
    }

    func page(isRead: (String) -> Bool = { _ in true }) -> String {
        driver.scrape(leavingOut: { !isRead($0) })
        return driver.text.replacingOccurrences(of: path, with: "DIR")
    }
}

@Suite struct TextfileTests {
    @Test("a file is shown with its types, helps, labels and whole seconds of its time")
    func wholePage() throws {
        let folder = try TextfileFolder()
        folder.write(
            "a.prom",
            """
            # HELP b Has "help" with \\\\ in it.
            # TYPE b gauge
            b{z="1",a="x\\"y"} 1e3
            b 2
            c{n="\\n"} +Inf

            """)
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 1_700_000_000.9)], ofItemAtPath: folder.path + "/a.prom")
        #expect(
            folder.page() == """
                # HELP node_textfile_mtime_seconds When a text file that is shown was last changed.
                # TYPE node_textfile_mtime_seconds gauge
                node_textfile_mtime_seconds{file="DIR/a.prom"} 1.7e+09
                # HELP node_textfile_scrape_error 1 where a directory or a text file could not be shown.
                # TYPE node_textfile_scrape_error gauge
                node_textfile_scrape_error 0
                # HELP host_textfile_file_ok 1 for a text file that is shown, 0 for one that is not; at most 100.
                # TYPE host_textfile_file_ok gauge
                host_textfile_file_ok{file="DIR/a.prom"} 1
                # HELP b Has "help" with \\\\ in it.
                # TYPE b gauge
                b{a="x\\"y",z="1"} 1000
                b{a="",z=""} 2
                # HELP c Metric read from DIR/a.prom
                # TYPE c untyped
                c{n="\\n"} +Inf

                """)
    }

    @Test("histograms and summaries are sorted and made whole")
    func points() throws {
        let folder = try TextfileFolder()
        folder.write(
            "a.prom",
            """
            # TYPE h histogram
            h_bucket{j="a",le="10"} 3
            h_bucket{j="a",le="0.5"} 1.9
            h_sum{j="a"} 12.5
            h_count{j="a"} 4
            h_bucket{le="+Inf"} 2
            # TYPE s summary
            s{quantile="0.9"} NaN
            s{quantile="0.5"} 2
            s_count 7

            """)
        #expect(
            folder.samples() == [
                "node_textfile_scrape_error 0",
                #"h_bucket{j="a",le="0.5"} 1"#, #"h_bucket{j="a",le="10"} 3"#, #"h_bucket{j="a",le="+Inf"} 4"#,
                #"h_sum{j="a"} 12.5"#, #"h_count{j="a"} 4"#,
                #"h_bucket{j="",le="+Inf"} 2"#, #"h_sum{j=""} 0"#, #"h_count{j=""} 0"#,
                #"s{quantile="0.5"} 2"#, #"s{quantile="0.9"} NaN"#, "s_sum 0", "s_count 7",
            ])
    }

    @Test("a file that changes shows its new content, type and help, one that stays is not read again")
    func changes() throws {
        let folder = try TextfileFolder()
        folder.write("a.prom", "# TYPE a gauge\na 1\n")
        folder.write("b.prom", "b 1\n")
        #expect(folder.samples() == ["node_textfile_scrape_error 0", "a 1", "b 1"])
        let files = folder.driver.items.map { ObjectIdentifier($0) }
        folder.write("a.prom", "# HELP a Counts.\n# TYPE a counter\na 2\n")
        let page = folder.page()
        #expect(page.contains("# HELP a Counts.\n# TYPE a counter\na 2\n"))
        #expect(folder.driver.items.map { ObjectIdentifier($0) } == files)
        folder.remove("b.prom")
        #expect(folder.samples() == ["node_textfile_scrape_error 0", "a 2"])
        folder.write("a.prom", "a 2")
        #expect(folder.samples() == ["node_textfile_scrape_error 1"])
        #expect(folder.page().contains("host_textfile_file_ok{file=\"DIR/a.prom\"} 0\n"))
        #expect(folder.driver.result.itemsLost == 1)
        folder.write("a.prom", "a 3\n")
        #expect(folder.samples() == ["node_textfile_scrape_error 0", "a 3"])
    }

    @Test("a directory that is put in another's place is seen")
    func swapped() throws {
        let folder = try TextfileFolder()
        folder.write("a.prom", "a 1\n")
        _ = folder.page()
        try FileManager.default.moveItem(atPath: folder.path, toPath: folder.path + "-old")
        #expect(folder.samples() == ["node_textfile_scrape_error 1"])
        folder.tree.make("texts")
        folder.write("b.prom", "b 1\n")
        #expect(folder.samples() == ["node_textfile_scrape_error 0", "b 1"])
    }

    @Test("a file that hangs, a FIFO, a folder and one that is too large cost themselves")
    func hanging() throws {
        let folder = try TextfileFolder()
        folder.write("a.prom", "a 1\n")
        folder.write("b.prom", "b 1\n")
        folder.tree.makePipe("texts/fifo.prom")
        folder.tree.make("texts/folder.prom")
        folder.write("large.prom", "")
        #expect(truncate(folder.path + "/large.prom", off_t(TextFile.sizeLimit) + 1) == 0)
        #expect(folder.samples() == ["node_textfile_scrape_error 1", "a 1", "b 1"])
        #expect(folder.driver.result.itemsLost == 3)
        #expect(folder.samples { !$0.hasSuffix("a.prom") } == ["node_textfile_scrape_error 1", "b 1"])
        #expect(folder.driver.result.itemsLost == 4)
        #expect(folder.samples() == ["node_textfile_scrape_error 1", "a 1", "b 1"])
    }

    @Test("a name that is not UTF-8 is read and shown mended")
    func oddName() throws {
        let folder = try TextfileFolder()
        let path = RawPath(Array(folder.path.utf8) + [0x2F, 0xFF, 0xFE] + Array(".prom".utf8))
        let descriptor = path.bytes.map { CChar(bitPattern: $0) }.withUnsafeBufferPointer { bytes in
            open(Array(bytes) + [0], O_CREAT | O_WRONLY, 0o600)
        }
        #expect(descriptor >= 0)
        #expect(write(descriptor, "odd 1\n", 6) == 6)
        close(descriptor)
        #expect(folder.samples() == ["node_textfile_scrape_error 0", "odd 1"])
        #expect(folder.page().contains("host_textfile_file_ok{file=\"DIR/\u{FFFD}\u{FFFD}.prom\"} 1\n"))
    }

    @Test("families of several files share a block; what contradicts the first file is left out")
    func merging() throws {
        let folder = try TextfileFolder()
        folder.write(
            "a.prom", "# TYPE e counter\ne{f=\"a\"} 1\n# HELP h One.\nh{f=\"a\"} 1\n# TYPE s summary\ns_sum 1\n")
        folder.write("b.prom", "# TYPE e counter\ne{f=\"b\"} 2\ne{f=\"a\"} 9\n# HELP h Two.\nh{f=\"b\"} 1\n")
        folder.write("c.prom", "# TYPE e gauge\ne{f=\"c\"} 3\ns_count 5\nown 1\n")
        let page = folder.page()
        #expect(page.contains("# HELP e Metric read from DIR/a.prom, DIR/b.prom\n# TYPE e counter\n"))
        #expect(
            folder.samples() == [
                "node_textfile_scrape_error 1", "e{f=\"a\"} 1", "e{f=\"b\"} 2", "h{f=\"a\"} 1", "s_sum 1", "s_count 0",
                "own 1",
            ])
        #expect(folder.driver.result.itemsLost == 3)
        folder.remove("a.prom")
        #expect(
            folder.samples() == [
                "node_textfile_scrape_error 0", "e{f=\"b\"} 2", "e{f=\"a\"} 9", "h{f=\"b\"} 1", "s_count 5", "own 1",
            ])
    }

    @Test("at most 100 files have a row of their own")
    func manyFiles() throws {
        let folder = try TextfileFolder()
        for index in 0..<120 { folder.write("\(index).prom", "m\(index) 1\n") }
        let page = folder.page()
        #expect(page.components(separatedBy: "host_textfile_file_ok{").count - 1 == 100)
        #expect(page.components(separatedBy: "node_textfile_mtime_seconds{").count - 1 == 120)
    }

    @Test(
        "paths are cleaned as Go cleans them",
        arguments: [
            ("/a//b/./c/", "/a/b/c"), ("a/../b", "b"), ("../x/..", ".."), ("/../x", "/x"), ("./", "."), ("/", "/"),
        ])
    func cleaned(path: String, clean: String) {
        #expect(TextfileSource.cleaned(RawPath(path)).text == clean)
    }
}
