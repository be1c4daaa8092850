// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A growing run of bytes that keeps its memory when it is emptied.
@safe
public struct ByteSink: ~Copyable {
    private(set) var base: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    /// Number of bytes written since the last `removeAll`.
    public private(set) var count = 0

    /// An empty sink with room for `capacity` bytes.
    public init(capacity: Int = 256) {
        self.capacity = max(16, capacity)
        unsafe base = .allocate(capacity: self.capacity)
    }

    deinit {
        unsafe base.deallocate()
    }

    /// Forgets the bytes and keeps the memory.
    public mutating func removeAll() {
        count = 0
    }

    /// Where at least `extra` more bytes may be written; say how many were with `commit`.
    mutating func room(for extra: Int) -> UnsafeMutablePointer<UInt8> {
        if capacity - count < extra { grow(by: extra) }
        return unsafe base + count
    }

    /// True where so many more bytes fit into the memory that is there.
    func hasRoom(for extra: Int) -> Bool { capacity - count >= extra }

    /// Takes `written` bytes that were written behind the end.
    mutating func commit(_ written: Int) {
        count += written
    }

    /// Cuts to the first `length` bytes.
    mutating func truncate(to length: Int) {
        count = min(count, max(0, length))
    }

    /// Appends raw bytes.
    public mutating func append(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress else { return }
        unsafe memcpy(room(for: bytes.count), source, bytes.count)
        count += bytes.count
    }

    /// Appends a literal's bytes.
    public mutating func append(_ text: StaticString) {
        unsafe append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Appends a string's UTF-8 bytes.
    public mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { unsafe append(UnsafeRawBufferPointer($0)) }
    }

    /// Appends an array's bytes.
    public mutating func append(_ bytes: [UInt8]) {
        unsafe bytes.withUnsafeBytes { unsafe append($0) }
    }

    /// Appends one byte.
    public mutating func append(_ byte: UInt8) {
        unsafe room(for: 1).pointee = byte
        count += 1
    }

    /// A copy of the bytes.
    public var array: [UInt8] {
        unsafe [UInt8](UnsafeBufferPointer(start: base, count: count))
    }

    private mutating func grow(by extra: Int) {
        capacity = max(capacity * 2, count + extra)
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
        unsafe larger.update(from: base, count: count)
        unsafe base.deallocate()
        unsafe base = larger
    }
}
