// SPDX-License-Identifier: Apache-2.0

import CollectorKit
import KernelFiles
import Testing

@Suite struct PatternTests {
    @Test("an expression matches anywhere unless it is anchored")
    func search() throws {
        let pattern = try Pattern("b+")
        #expect(pattern.matches("abba") && !pattern.matches("acca") && !pattern.matches(""))
        #expect(pattern.matches(Bytes("abba")) && !pattern.matches(Bytes("")))
        let whole = try Pattern("a|bb", anchored: true)
        #expect(whole.matches("a") && whole.matches("bb") && !whole.matches("ab") && !whole.matches("bbb"))
        #expect(try Pattern("").matches("anything"))
        #expect(try Pattern("^$").matches(""))
    }

    @Test("bytes that are not UTF-8, NUL and letters of other scripts do not disturb")
    func oddBytes() throws {
        let pattern = try Pattern("^sd[a-z]$")
        let raw: [UInt8] = [0xFF, 0xFE, 0, 0x73]
        raw.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            #expect(!pattern.matches(Bytes(base, count: buffer.count)))
        }
        #expect(try Pattern("é$").matches("café"))
        #expect(!pattern.matches("sda\u{0}"))
    }

    @Test("an expression that other engines do not finish takes no time on 5,001 bytes")
    func evil() throws {
        let text = String(repeating: "a", count: 5_000) + "b"
        for source in ["^(a+)+$", "(a*)*c", "(a|aa)+$", "(.*)(.*)(.*)(.*)[0-9]x"] {
            let pattern = try Pattern(source)
            let start = ContinuousClock.now
            #expect(!pattern.matches(text))
            #expect(ContinuousClock.now - start < .milliseconds(500), "\(source)")
        }
    }

    @Test(
        "what RE2 does not take is refused in one line with the expression and the reason",
        arguments: ["(", "a{2,1}", "[b", "(?=a)", "\\1", "*", "a{1,100000}", "(?P<n", "\\"])
    func invalid(source: String) {
        do throws(PatternError) {
            _ = try Pattern(source)
            Issue.record("\(source) was accepted")
        } catch {
            #expect(error.source == source && !error.reason.isEmpty)
            #expect(error.description.hasPrefix("\"\(source)\" is not a regular expression ("))
            #expect(!error.description.contains("\n"))
        }
    }

    @Test("one expression may be used by several threads at once")
    func threads() async throws {
        let pattern = try Pattern("^(sd[a-z]+|nvme[0-9]+n[0-9]+)$")
        let matches = await withTaskGroup(of: Int.self) { group in
            for thread in 0..<8 {
                group.addTask {
                    var count = 0
                    for number in 0..<2_000 where pattern.matches("nvme\(number)n\(thread)") { count += 1 }
                    return count
                }
            }
            return await group.reduce(0, +)
        }
        #expect(matches == 16_000)
    }
}
