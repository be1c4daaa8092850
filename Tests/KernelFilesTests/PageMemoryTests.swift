// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing

@testable import KernelFiles

@Suite("Memory that ends where the kernel can see it")
struct PageMemoryTests {
    private func reserve(_ count: Int, of memory: inout PageMemory) {
        let isReserved = memory.reserve(count)
        #expect(isReserved)
    }

    @Test("numbers are written and read within what is reserved, and nothing beyond it")
    func numbers() {
        var memory = PageMemory()
        let none = memory.uint32(at: 0)
        let nothing = memory.bytes(at: 0, count: 4).isEmpty
        #expect(none == nil && nothing)
        reserve(12, of: &memory)
        memory.store(0x0102_0304, at: 8)
        memory.store(7, at: 9)
        memory.store(7, at: -1)
        memory.store(byte: 9, at: 0)
        memory.store(byte: 9, at: 12)
        let last = memory.uint32(at: 8)
        #expect(last == 0x0102_0304)
        let numbers = [memory.uint32(at: 9), memory.uint32(at: -1), memory.uint32(at: .max)]
        #expect(numbers == [nil, nil, nil])
        let long = [memory.uint64(at: 4), memory.uint64(at: 5)]
        #expect(long[1] == nil && long[0] != nil)
        let first = memory.uint8(at: 0)
        let beyond = memory.uint8(at: 12)
        #expect(first == 9 && beyond == nil)
        let all = memory.bytes(at: -5, count: 100).array
        #expect(all.count <= 12)
        let tail = memory.bytes(at: 8, count: 100).count
        #expect(tail == 4)
    }

    @Test("what is reserved is zero, however often and however much")
    func zero() {
        var memory = PageMemory()
        for count in [40, 100_000, 8, 0, 40] {
            reserve(count, of: &memory)
            let kept = memory.count
            #expect(kept == count)
            let isZero = memory.bytes(at: 0, count: count).array.allSatisfy { $0 == 0 }
            #expect(isZero)
            for offset in 0..<count { memory.store(byte: 0xFF, at: offset) }
        }
        let refused = [memory.reserve(-1), memory.reserve(1 << 40)]
        #expect(refused == [false, false])
        let left = memory.count
        #expect(left == 0)
    }

    @Test("what the kernel writes beyond its pages does not arrive")
    func guardPage() throws {
        var ends: [Int32] = [-1, -1]
        try #require(socketpair(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0)
        defer { for end in ends { close(end) } }
        let page = Int(getpagesize())
        let sent = [UInt8](repeating: 5, count: page + 8)
        try #require(send(ends[1], sent, sent.count, 0) == sent.count)
        var memory = PageMemory()
        reserve(64, of: &memory)
        let received = memory.withPointer { recv(ends[0], $0, sent.count, 0) }
        let reason = errno
        #expect(received == -1 && reason == EFAULT)
    }

    @Test("an interface that is not there is no device, and a name that is too long is no other's")
    func socket() {
        let socket = EthtoolSocket()
        var memory = PageMemory()
        let nothing = socket.ask("lo", &memory)
        #expect(nothing == EFAULT)
        reserve(196, of: &memory)
        memory.store(0x3, at: 0)
        let others = [socket.ask("no-such-if0", &memory), socket.ask("lo and sixteen more", &memory)]
        #expect(others == [ENODEV, ENODEV])
    }
}
