// SPDX-License-Identifier: Apache-2.0

import Glibc

extension Bytes {
    /// Calls `body` with a view of an array, which must not be kept.
    public static func withView<Result>(of array: [UInt8], _ body: (Bytes) -> Result) -> Result {
        unsafe array.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return body(Bytes("")) }
            return unsafe body(Bytes(base, count: buffer.count))
        }
    }

    /// True where the view holds exactly these bytes.
    public static func == (left: Bytes, right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        // The pointer does not outlive the closure, and both have as many bytes.
        return unsafe right.withUnsafeBufferPointer { other in
            guard let base = other.baseAddress else { return true }
            return unsafe memcmp(left.base, base, left.count) == 0
        }
    }

    /// True where the view does not hold exactly these bytes.
    public static func != (left: Bytes, right: [UInt8]) -> Bool { !(left == right) }

    /// True where the view comes before another one in the order of bytes.
    public func precedes(_ other: Bytes) -> Bool {
        for at in 0..<min(count, other.count) where self[at] != other[at] {
            return (self[at] ?? 0) < (other[at] ?? 0)
        }
        return count < other.count
    }
}
