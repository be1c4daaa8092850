// SPDX-License-Identifier: Apache-2.0

import KernelFiles

extension Bytes {
    /// True where the view holds exactly the bytes that were kept.
    func isSame(as kept: [UInt8]) -> Bool {
        guard kept.count == count else { return false }
        // The pointer does not outlive the closure.
        return unsafe kept.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return true }
            return unsafe self == Bytes(base, count: buffer.count)
        }
    }

    /// True where the view comes before another one in the order of bytes.
    func precedes(_ other: Bytes) -> Bool {
        for at in 0..<min(count, other.count) where self[at] != other[at] {
            return (self[at] ?? 0) < (other[at] ?? 0)
        }
        return count < other.count
    }
}
