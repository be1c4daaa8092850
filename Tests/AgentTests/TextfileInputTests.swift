// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import Agent

@Suite struct TextfileInputTests {
    private func problems(_ text: String) -> [String] { TextfileInput.problems(in: Array(text.utf8)) }

    @Test("a good page has no problem and its samples are counted")
    func good() {
        let text = """
            # HELP a Things.
            # TYPE a gauge
            a{x="1"} 1
            a{x="2"} 2
            # TYPE h histogram
            h_bucket{le="1"} 1
            h_bucket{le="+Inf"} 2
            h_sum 3
            h_count 2

            """
        #expect(problems(text) == [])
        #expect(TextfileInput.sampleCount(in: Array(text.utf8)) == 6)
        #expect(problems("") == [] && TextfileInput.sampleCount(in: []) == 0)
    }

    @Test(
        "what the textfile collector refuses is said with its line",
        arguments: [
            ("a 1 1700000000000\n", "line 1: a timestamp is not accepted in a text file"),
            ("a 1\nb 1\na 2\n", "line 3: a with the same labels stands in line 1 already"),
            ("a{x=\"1\",y=\"2\"} 1\na{y=\"2\",x=\"1\"} 2\n", "line 2: a with the same labels stands in line 1 already"),
        ])
    func refused(text: String, problem: String) {
        #expect(problems(text) == [problem])
    }

    @Test(
        "what is no page is a problem with a line, and counts no samples",
        arguments: ["<html>\n", "a\n", "a{x=1} 1\n", "a 1\nb x\n"])
    func noPage(text: String) {
        #expect(problems(text).count == 1 && problems(text)[0].hasPrefix("line "))
        #expect(TextfileInput.sampleCount(in: Array(text.utf8)) == 0)
    }

    @Test("labels that only look alike when put together are not the same series")
    func alike() {
        #expect(problems("a{x=\"1\\\"y=2\"} 1\na{x=\"1\",y=\"2\"} 1\n") == [])
        #expect(problems("a{x=\"\"} 1\na 1\n").count <= 1)
    }

    @Test("a file is read to its end, what cannot be read is named")
    func files() throws {
        let folder = try TemporaryFolder()
        let long = String(repeating: "a 1\n", count: 50_000)
        #expect(try TextfileInput.read(path: folder.write("long.prom", long)) == Array(long.utf8))
        #expect(try TextfileInput.read(path: folder.write("empty.prom", "")) == [])
        let absent = #expect(throws: TextfileInput.Failure.self) {
            try TextfileInput.read(path: folder.path + "/absent")
        }
        #expect(absent?.text == "\(folder.path)/absent: No such file or directory")
        let directory = #expect(throws: TextfileInput.Failure.self) { try TextfileInput.read(path: folder.path) }
        #expect(directory?.text == "\(folder.path): Is a directory")
    }

    @Test("more than the collector would read is refused")
    func large() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("large.prom", "")
        #expect(truncate(path, 16 << 20) == 0)
        #expect(try TextfileInput.read(path: path).count == 16 << 20)
        #expect(truncate(path, (16 << 20) + 1) == 0)
        let failure = #expect(throws: TextfileInput.Failure.self) { try TextfileInput.read(path: path) }
        #expect(failure?.text == "\(path): more than 16 MiB are not accepted")
    }
}
