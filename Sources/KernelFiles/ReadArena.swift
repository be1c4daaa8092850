// SPDX-License-Identifier: Apache-2.0

import Glibc

/// What tells that a read was the last of a file.
enum FileEnd {
    /// A read that brings nothing, which is so of every file.
    case emptyRead
    /// A read that brings less than was asked for.
    case shortRead
    /// A read that brings less than was asked for, also where a test asks for less than there is room for.
    case onePiece
    /// A read that brings so little that one more line would have fitted into the kernel's page.
    case roomLeft(longestLine: Int)

    /// What the kernel gives of a file of lines in one read at most, unless a single line is longer.
    static let page = 4_096

    /// True where a read of `got` bytes of `asked` was the last; `isCut` where a test made the read a short one.
    func isReached(by got: Int, of asked: Int, isCut: Bool) -> Bool {
        switch self {
        case .emptyRead: false
        case .shortRead: got < asked || isCut
        case .onePiece: got < asked
        // A read that a test made shorter than a page tells nothing.
        case .roomLeft(let longestLine): got < min(asked, FileEnd.page) - longestLine && asked >= FileEnd.page
        }
    }
}

/// Memory into which a reader reads.
///
/// Views of it stay readable as long as the arena lives: it grows by further blocks and never gives one back, and a new
/// collection starts again at its first byte.
@safe
struct ReadArena: ~Copyable {
    /// 4 to 8 kB first reads are the cheapest: files below /proc/sys clear the whole buffer that they are given.
    private static let firstRead = 8_192
    private static let blockSize = 65_536
    /// No kernel file that is read here is larger; what is larger is refused, not cut.
    private static let largestFile = 64 << 20
    @safe
    private struct Block {
        let base: UnsafeMutablePointer<UInt8>
        let size: Int
    }

    private var blocks: [Block] = []
    private var current = 0
    private var used = 0

    deinit {
        for block in blocks { unsafe block.base.deallocate() }
    }

    /// Forgets everything read so far.
    mutating func rewind() {
        current = 0
        used = 0
    }

    /// Reads from offset 0 until nothing is left.
    ///
    /// No read asks for more than `longestRead` bytes, which only tests make less than there is room for. Where a test
    /// cuts reads at a page, what a file claims of its end is held to that: one read is all there is of what claims to
    /// come in one, and what claims to come in lines is cut after the last whole line.
    mutating func fill(
        from descriptor: Int32, path: String, end: FileEnd, longestRead: Int
    ) throws(KernelFileError) -> Bytes {
        var limit = ReadArena.firstRead
        var start = unsafe room(atLeast: limit)
        var length = 0
        while true {
            let asked = min(limit - length, longestRead)
            var got = unsafe pread(descriptor, start + length, asked, length)
            if got < 0 {
                if errno == EINTR { continue }
                throw KernelFileError(.read, path: path, errno: errno)
            }
            let isCut = asked == longestRead && longestRead >= FileEnd.page
            if isCut, case .roomLeft = end, got == asked {
                let piece = unsafe Bytes(UnsafePointer(start + length), count: got)
                let lastLineEnd = piece.lastIndex(of: UInt8(ascii: "\n"))
                got = lastLineEnd.map { $0 + 1 } ?? got
            }
            length += got
            if got == 0 || end.isReached(by: got, of: asked, isCut: isCut) { break }
            guard length == limit else { continue }
            guard limit < ReadArena.largestFile else { throw KernelFileError(.read, path: path, errno: EFBIG) }
            limit *= 4
            let larger = unsafe room(atLeast: limit)
            if unsafe larger != start { unsafe larger.update(from: start, count: length) }
            unsafe start = larger
        }
        return unsafe keep(start, length)
    }

    /// A copy of bytes that lives as long as what was read.
    mutating func copy(_ bytes: Bytes) -> Bytes {
        unsafe fill(capacity: bytes.count) { start in
            guard let source = unsafe bytes.unsafeBuffer.baseAddress else { return 0 }
            unsafe start.copyMemory(from: source, byteCount: bytes.count)
            return bytes.count
        }
    }

    /// Lets `body` write up to `capacity` bytes and say how many it wrote; for links and directory listings.
    mutating func fill(capacity: Int, _ body: (UnsafeMutableRawPointer) -> Int) -> Bytes {
        let start = unsafe room(atLeast: capacity)
        let length = unsafe body(UnsafeMutableRawPointer(start))
        return unsafe keep(start, min(max(0, length), capacity))
    }

    private mutating func keep(_ start: UnsafeMutablePointer<UInt8>, _ length: Int) -> Bytes {
        used += (length + 15) & ~15
        return unsafe Bytes(UnsafePointer(start), count: length)
    }

    /// Free room of at least `count` bytes behind what is in use.
    private mutating func room(atLeast count: Int) -> UnsafeMutablePointer<UInt8> {
        while current < blocks.count {
            if blocks[current].size - used >= count { return unsafe blocks[current].base + used }
            current += 1
            used = 0
        }
        let size = max(count, ReadArena.blockSize)
        let base = UnsafeMutablePointer<UInt8>.allocate(capacity: size)
        blocks.append(unsafe Block(base: base, size: size))
        current = blocks.count - 1
        used = 0
        return unsafe base
    }
}
