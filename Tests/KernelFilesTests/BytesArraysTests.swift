// SPDX-License-Identifier: Apache-2.0

import KernelFiles
import Testing

@Suite("Bytes and arrays")
struct BytesArraysTests {
    @Test("a view equals an array that holds the same bytes, and no other")
    func equality() {
        #expect(Bytes("eth0") == Array("eth0".utf8))
        #expect(Bytes("") == [UInt8]())
        for other in ["eth1", "eth", "eth00", ""] { #expect(Bytes("eth0") != Array(other.utf8), "\(other)") }
        #expect(Bytes("") != [0] as [UInt8])
    }

    @Test("a view of an array shows its bytes")
    func view() {
        for bytes in [[], [0], Array(0...255)] as [[UInt8]] {
            #expect(Bytes.withView(of: bytes) { $0.array } == bytes)
        }
    }

    @Test("the order of bytes is that of their unsigned values, the shorter first")
    func order() {
        let sorted: [StaticString] = ["", "a", "aa", "ab", "b", "é"]
        for (left, first) in sorted.enumerated() {
            for (right, second) in sorted.enumerated() {
                #expect(Bytes(first).precedes(Bytes(second)) == (left < right), "\(first) \(second)")
            }
        }
    }
}
