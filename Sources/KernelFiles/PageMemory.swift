// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Memory for what the kernel writes, with a page behind it that cannot be written.
///
/// For answers whose size the kernel decides: one that is longer than there is room for ends with `EFAULT` instead of in
/// other memory. Nothing outside of what was reserved can be read or written through it.
@safe
public struct PageMemory: ~Copyable {
    private var base: UnsafeMutableRawPointer?
    /// Bytes before the page that cannot be written.
    private var capacity = 0
    /// Bytes that are reserved.
    public private(set) var count = 0

    /// No memory yet.
    public init() {
        unsafe base = nil
    }

    deinit {
        // What `reserve` mapped, and nothing else.
        if let base = unsafe base { _ = unsafe munmap(base, capacity + Int(getpagesize())) }
    }

    /// Makes room for so many bytes, all zero; false where there is no memory.
    public mutating func reserve(_ count: Int) -> Bool {
        self.count = 0
        guard count >= 0, count <= 1 << 30 else { return false }
        if count > capacity, !map(count) { return false }
        // Not more than was mapped.
        if let base = unsafe base { unsafe memset(base, 0, count) }
        self.count = count
        return true
    }

    private mutating func map(_ count: Int) -> Bool {
        let page = Int(getpagesize())
        let size = (count + page - 1) / page * page
        let made = unsafe mmap(nil, size + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let made = unsafe made, unsafe made != MAP_FAILED else { return false }
        // The last page of what was mapped in the line above.
        guard unsafe mprotect(made + size, page, PROT_NONE) == 0 else {
            _ = unsafe munmap(made, size + page)
            return false
        }
        if let base = unsafe base { _ = unsafe munmap(base, capacity + page) }
        unsafe base = made
        capacity = size
        return true
    }

    /// Writes a number in host byte order; one that does not lie within is not written.
    public mutating func store(_ number: UInt32, at offset: Int) {
        guard let base = unsafe base, offset >= 0, offset <= count - 4 else { return }
        // The bounds were checked in the line above.
        unsafe base.storeBytes(of: number, toByteOffset: offset, as: UInt32.self)
    }

    /// Writes a byte; one that does not lie within is not written.
    public mutating func store(byte: UInt8, at offset: Int) {
        guard let base = unsafe base, offset >= 0, offset < count else { return }
        // The bounds were checked in the line above.
        unsafe base.storeBytes(of: byte, toByteOffset: offset, as: UInt8.self)
    }

    /// A byte; nil where it does not lie within.
    public func uint8(at offset: Int) -> UInt8? { bytes(at: offset, count: 1)[0] }

    /// A number of four bytes in host byte order; nil where it does not lie within.
    public func uint32(at offset: Int) -> UInt32? {
        guard let base = unsafe base, offset >= 0, offset <= count - 4 else { return nil }
        // Any bit pattern is a UInt32, and the bounds were checked in the line above.
        return unsafe base.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
    }

    /// A number of eight bytes in host byte order; nil where it does not lie within.
    public func uint64(at offset: Int) -> UInt64? {
        guard let base = unsafe base, offset >= 0, offset <= count - 8 else { return nil }
        // As above.
        return unsafe base.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
    }

    /// A view of bytes, cut to what is reserved; good until the next `reserve`.
    public func bytes(at offset: Int, count: Int) -> Bytes {
        guard let base = unsafe base else { return Bytes("") }
        // The view does not reach beyond what is reserved.
        return unsafe Bytes(UnsafePointer(base.assumingMemoryBound(to: UInt8.self)), count: self.count)[
            offset, offset + count]
    }

    /// Calls `body` with the first byte; nil where nothing is reserved.
    mutating func withPointer<Result>(_ body: (UnsafeMutableRawPointer) -> Result) -> Result? {
        guard let base = unsafe base, count > 0 else { return nil }
        return unsafe body(base)
    }
}
