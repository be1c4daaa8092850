// SPDX-License-Identifier: Apache-2.0

import KernelFiles
import Testing

@Suite("Paths of any bytes")
struct RawPathTests {
    @Test("a path is its bytes up to the first NUL")
    func bytes() {
        #expect(Array(RawPath([0x2F, 0xFF, 0, 0x61]).bytes) == [0x2F, 0xFF])
        #expect(RawPath("/a\u{0}b") == RawPath("/a"))
        #expect(RawPath("").bytes.isEmpty)
        #expect(RawPath("/tmp").text == "/tmp")
        #expect(RawPath([0x2F, 0xFF]).text == "/\u{FFFD}")
        #expect(Set([RawPath("/a"), RawPath(Array("/a".utf8)), RawPath("/b")]).count == 2)
    }

    @Test("an entry stands behind one slash")
    func appending() {
        #expect(RawPath("/sys").appending(Bytes("class")) == RawPath("/sys/class"))
        #expect(RawPath("/").appending(Bytes("sys")) == RawPath("/sys"))
    }
}
